import { bootstrapApplication } from '@angular/platform-browser';
import { provideBrowserGlobalErrorListeners } from '@angular/core';

import { App } from './app/app';
import { CONFIG, loadConfig } from './app/config';

loadConfig()
  .then((config) =>
    bootstrapApplication(App, {
      providers: [provideBrowserGlobalErrorListeners(), { provide: CONFIG, useValue: config }],
    }),
  )
  .catch((error: unknown) => {
    console.error(error);
    document.body.textContent = String(error);
  });
