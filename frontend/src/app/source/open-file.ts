import { Component, inject, output, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { FileInput, FileText, FlaskConical, FolderSync, TriangleAlert } from 'lucide';
import type { WatchedFolder } from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { Watches } from '../backend/watches';
import { fileName, folderOf, percent, sentence } from '../format/format';
import { Icon } from '../icon/icon';
import { Interrupted } from '../resume/interrupted';

/** Where to start: drop a file, or take a recent one or the sample. */
@Component({
  selector: 'lf-open-file',
  imports: [Icon, Interrupted, RouterLink],
  template: `
    <lf-interrupted />
    <div class="drop">
      <lf-icon [icon]="icons.FileInput" [size]="28" />
      <p class="what">Drop CSV files or a folder here, choose them, or paste a path above</p>
      <p class="muted">
        Plain or compressed, any size, encoding and delimiter. The files themselves are never
        changed.
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
      @if (watches.list().length) {
        <section data-testid="watched-folders">
          <h2>Watched folders</h2>
          @for (folder of watches.list(); track folder.folder + folder.profile) {
            <a class="file" routerLink="/profiles" [queryParams]="{ name: folder.profile }">
              <lf-icon
                [class.attention]="folder.problem"
                [icon]="folder.problem ? icons.TriangleAlert : icons.FolderSync"
              />
              <span class="name">{{ folder.folder }}</span>
              <span class="where" [class]="folder.problem ? 'attention' : 'muted'">{{
                says(folder)
              }}</span>
            </a>
          }
        </section>
      }
    </div>
  `,
  styleUrl: './open-file.scss',
})
export class OpenFile {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);
  protected readonly watches = inject(Watches);
  readonly chosen = output<string>();
  protected readonly icons = { FileInput, FileText, FlaskConical, FolderSync, TriangleAlert };
  protected readonly fileName = fileName;
  protected readonly folderOf = folderOf;
  protected readonly sample = resource({
    // Only an offer: without the sample there is simply one thing less to try.
    loader: () => this.program.sampleFile().catch(() => ''),
  });
  protected readonly recent = resource({ loader: () => this.program.recent() });

  /** By which profile a folder is watched, and what is loaded, or became of its last file; or why it is not watched. */
  protected says({ profile, problem, loading, last }: WatchedFolder): string {
    if (problem) {
      return sentence(problem);
    }
    const run = this.runs.get(loading ?? '');
    if (run) {
      const done = run.percent();
      const share = done === undefined ? '' : ` ${percent(done)} %`;
      return `by the profile “${profile}”; loading ${fileName(run.job().request.file)}${share}`;
    }
    const latest = last ? `; last ${fileName(last.file)}, ${last.error ? 'failed' : 'loaded'}` : '';
    return `by the profile “${profile}”${latest}`;
  }
}
