import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { textOf, type Label, type Language } from './texts.ts';

interface InLanguage {
  readonly language: Language;
  readonly text: (label: Label, number?: number) => string;
  readonly toggle: () => void;
}

const LanguageContext = createContext<InLanguage | undefined>(undefined);
const storageKey = 'file-browser:language';

export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = textOf('title', language);
  }, [language]);
  const value = useMemo(
    (): InLanguage => ({
      language,
      text: (label, number) => textOf(label, language, number),
      toggle() {
        const other = language === 'zh' ? 'en' : 'zh';
        localStorage.setItem(storageKey, other);
        setLanguage(other);
      },
    }),
    [language],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

/** The language chosen last, else the browser's. */
function firstLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  return (stored ?? navigator.language).startsWith('zh') ? 'zh' : 'en';
}

export function useLanguage(): InLanguage {
  const value = use(LanguageContext);
  if (!value) throw new Error('useLanguage needs a LanguageProvider above it');
  return value;
}
