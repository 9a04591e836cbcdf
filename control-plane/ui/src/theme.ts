// Colours and measures of the kit. Text that the kit dims by default is too pale for WCAG AA; it is darkened here.
import { createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  colors: {
    dark: ['#e9ebf0', '#b3bac6', '#8b93a3', '#5c6472', '#4a515e', '#343943', '#262a32', '#1d2026', '#16181d', '#101216'],
    production: ['#fbe7f0', '#f5c9dc', '#eb9dbf', '#f08fbb', '#ff9ac6', '#c8387a', '#ac2a65', '#8f1d4f', '#7a1642', '#5f0f32'],
    ink: ['#eef0ff', '#dcdffa', '#b6bdf0', '#98a2ec', '#8d99ef', '#6c7ae0', '#4d5ccd', '#3343b8', '#2a389c', '#1f2a7a'],
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': '#545b66',
    '--mantine-color-placeholder': '#636a75',
    '--mantine-color-error': '#b3211b',
  },
  dark: {
    '--mantine-color-body': '#1d2026',
    '--mantine-color-dimmed': '#b3bac6',
    '--mantine-color-placeholder': '#a0a7b4',
    '--mantine-color-error': '#ff9d94',
  },
});
