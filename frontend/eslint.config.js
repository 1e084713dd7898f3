import eslint from '@eslint/js';
import angular from 'angular-eslint';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// Who may import whom: only src/app/backend knows Wails' bindings and the
// event stream; a feature imports backend, draft and the plain parts, never
// another feature.
const features = [
  ...['source', 'target', 'mapping', 'review', 'job', 'mend', 'history'],
  ...['connections', 'profiles', 'set', 'settings'],
];

const noBindings = {
  group: ['**/wailsjs/**', 'eventsource-parser', 'eventsource-parser/*'],
  message: 'Only src/app/backend talks to the program behind the window.',
};

const plain = { group: ['**/*.spec'], message: 'Nothing imports a test.' };

export default defineConfig(
  { ignores: ['dist/**', 'wailsjs/**', '.angular/**', 'e2e/out/**'] },
  {
    files: ['src/**/*.ts'],
    extends: [
      eslint.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      angular.configs.tsRecommended,
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-selector': [
        'error',
        { type: 'element', prefix: 'lf', style: 'kebab-case' },
      ],
      '@angular-eslint/directive-selector': [
        'error',
        { type: 'attribute', prefix: 'lf', style: 'camelCase' },
      ],
      '@angular-eslint/prefer-on-push-component-change-detection': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-imports': ['error', { patterns: [noBindings, plain] }],
    },
  },
  {
    files: ['src/app/backend/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [plain] }] },
  },
  ...features.map((feature) => ({
    files: [`src/app/${feature}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            noBindings,
            plain,
            {
              group: features.filter((f) => f !== feature).map((f) => `**/${f}/*`),
              message:
                'A feature does not import another feature: what they share belongs to draft.',
            },
          ],
        },
      ],
    },
  })),
  {
    files: ['src/**/*.html'],
    extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
  },
  {
    files: ['e2e/**/*.ts'],
    extends: [
      eslint.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // node:test awaits its tests itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'suite'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['*.js', 'help/*.js'],
    extends: [eslint.configs.recommended],
    languageOptions: {
      globals: {
        ...{ URL: 'readonly', addEventListener: 'readonly' },
        ...{ document: 'readonly', window: 'readonly' },
      },
    },
  },
);
