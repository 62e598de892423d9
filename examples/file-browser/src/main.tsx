import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Files } from './files.tsx';
import { settings } from './sign-in/settings.ts';
import { SignInGate } from './sign-in/sign-in-gate.tsx';
import './style.css';
import { LanguageProvider } from './texts/language.tsx';

const element = document.getElementById('app');
if (!element) throw new Error('index.html has no element #app');

createRoot(element).render(
  <StrictMode>
    <LanguageProvider>
      {settings ? (
        <SignInGate settings={settings}>{(fetchData) => <Files fetchData={fetchData} />}</SignInGate>
      ) : (
        <Files />
      )}
    </LanguageProvider>
  </StrictMode>,
);
