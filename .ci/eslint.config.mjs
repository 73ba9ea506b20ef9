// What continuous integration asks of the JavaScript in pokegan/web
const browser = `AbortController Blob DataView File Image ImageData MutationObserver ResizeObserver TextEncoder URL clearInterval
  clearTimeout createImageBitmap document getComputedStyle localStorage location matchMedia setInterval setTimeout window
  addEventListener`.split(/\s+/)

export default [{
  files: ['**/*.js'],
  languageOptions: {ecmaVersion: 2024, sourceType: 'module', globals: Object.fromEntries(browser.map(k => [k, 'readonly']))},
  linterOptions: {reportUnusedDisableDirectives: 'error'},
  rules: {
    'array-callback-return': 'error', 'constructor-super': 'error', 'eqeqeq': 'error', 'for-direction': 'error',
    'no-const-assign': 'error', 'no-constant-condition': 'error', 'no-debugger': 'error', 'no-dupe-args': 'error',
    'no-dupe-class-members': 'error', 'no-dupe-keys': 'error', 'no-empty': ['error', {allowEmptyCatch: true}],
    'no-eval': 'error', 'no-fallthrough': 'error', 'no-implied-eval': 'error', 'no-loss-of-precision': 'error',
    'no-redeclare': 'error', 'no-self-assign': 'error', 'no-shadow': 'error', 'no-undef': 'error', 'no-unreachable': 'error',
    'no-unsafe-finally': 'error', 'no-unused-vars': 'error', 'no-use-before-define': ['error', {functions: false, classes: false}],
    'no-var': 'error', 'prefer-const': ['error', {destructuring: 'all'}], 'use-isnan': 'error', 'valid-typeof': 'error',
    'semi': ['error', 'never'], 'quotes': ['error', 'single', {avoidEscape: true, allowTemplateLiterals: true}],
    'max-len': ['error', {code: 130, ignoreStrings: true, ignoreTemplateLiterals: true}],
  },
}]
