import { Component, inject, output, resource } from '@angular/core';
import { FileInput, FileText, FlaskConical } from 'lucide';
import { Program } from '../backend/program';
import { fileName, folderOf } from '../format/format';
import { Icon } from '../icon/icon';
import { Interrupted } from '../resume/interrupted';

/** Where to start: drop a file, or take a recent one or the sample. */
@Component({
  selector: 'lf-open-file',
  imports: [Icon, Interrupted],
  template: `
    <lf-interrupted />
    <div class="drop">
      <lf-icon [icon]="icons.FileInput" [size]="28" />
      <p class="what">Drop a CSV file here, choose one, or paste its path above</p>
      <p class="muted">
        Plain or compressed, any size, encoding and delimiter. The file itself is never changed.
      </p>
    </div>

    <div class="lists">
      @if (sample.value(); as path) {
        <section>
          <h2>Try it out</h2>
          <button type="button" class="file" data-testid="sample" (click)="chosen.emit(path)">
            <lf-icon [icon]="icons.FlaskConical" />
            <span class="name">{{ fileName(path) }}</span>
            <span class="muted where">a shop’s articles, with some bad lines among them</span>
          </button>
        </section>
      }
      @if (recent.hasValue() && recent.value().length) {
        <section>
          <h2>Recent files</h2>
          @for (path of recent.value(); track path) {
            <button type="button" class="file" data-testid="recent" (click)="chosen.emit(path)">
              <lf-icon [icon]="icons.FileText" />
              <span class="name">{{ fileName(path) }}</span>
              <span class="muted where">{{ folderOf(path) }}</span>
            </button>
          }
        </section>
      }
    </div>
  `,
  styleUrl: './open-file.scss',
})
export class OpenFile {
  private readonly program = inject(Program);
  readonly chosen = output<string>();
  protected readonly icons = { FileInput, FileText, FlaskConical };
  protected readonly fileName = fileName;
  protected readonly folderOf = folderOf;
  protected readonly sample = resource({
    // Only an offer: without the sample there is simply one thing less to try.
    loader: () => this.program.sampleFile().catch(() => ''),
  });
  protected readonly recent = resource({ loader: () => this.program.recent() });
}
