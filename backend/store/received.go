package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/spool"
)

// SpoolDir is the folder of files that are received as a stream.
func (s *Store) SpoolDir() string { return filepath.Join(filepath.Dir(s.path), "spool") }

// FileLost reports whether a job's file can't be read again, because it was received as a
// stream and is not kept.
func (s *Store) FileLost(path string) bool {
	received, kept := spool.Holds(s.SpoolDir(), path)
	if !kept {
		return received
	}
	_, err := os.Stat(path)
	return err != nil
}

// RemoveReceived removes a job's file if it was received as a stream and kept for the job
// to go on. One that can't be removed goes when the store is tidied.
func (s *Store) RemoveReceived(path string) {
	if _, kept := spool.Holds(s.SpoolDir(), path); kept {
		_ = (&spool.File{Path: path}).Remove()
	}
}

// A received file is kept for a job that has not reached its end.
type received struct {
	spool.KeptFile
	ended string // the job's end; after all others while it has none
}

// neededSince is when the last job ended that needs a file to go on, NULL for none.
const neededSince = "SELECT max(iif(" + isActive + ", 'active', " + endedAt + ")) FROM jobs WHERE file = ? AND state <> 'done'" +
	" AND NOT ifnull(iif(json_valid(request), request ->> '$.check', 0), 0)"

// tidyReceived removes the received files that no job needs, or that have been kept for
// long enough, and returns the size of the others.
func (s *Store) tidyReceived(ctx context.Context, keep retention) (size int64, err error) {
	files, err := spool.Kept(s.SpoolDir())
	if err != nil || len(files) == 0 {
		return 0, err
	}
	var needed []received
	for _, f := range files {
		var since sql.NullString
		if err := s.db.QueryRowContext(ctx, neededSince, f.Path).Scan(&since); err != nil {
			return 0, err
		}
		if !since.Valid || since.String < keep.rejectsSince {
			_ = f.Remove() // or the next time
			continue
		}
		needed = append(needed, received{f, since.String})
		size += f.Size
	}
	if keep.size == 0 {
		return size, nil
	}
	content, err := s.contentSize(ctx)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(needed, func(a, b received) int { return strings.Compare(a.ended, b.ended) })
	for _, f := range needed {
		if content+size <= keep.size || f.ended >= keep.sizeSince {
			break
		}
		_ = f.Remove()
		size -= f.Size
	}
	return size, nil
}
