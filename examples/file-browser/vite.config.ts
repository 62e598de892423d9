import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page asks its own origin, so the gateway needs no CORS. In production, let a reverse proxy do the same.
const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const { origin } = new URL(gateway);
const proxy = { '/graphql': origin, '/session': origin };

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
});
