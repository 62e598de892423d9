import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createClient } from './client.ts';
import './style.css';
import { LanguageProvider } from './texts/language.tsx';

const element = document.getElementById('app');
if (!element) throw new Error('index.html has no element #app');

createRoot(element).render(
  <StrictMode>
    <ApolloProvider client={createClient()}>
      <LanguageProvider>
        <App />
      </LanguageProvider>
    </ApolloProvider>
  </StrictMode>,
);
