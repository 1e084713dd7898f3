package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"linefeed/backend/message"
)

// A Notice is something about the program itself that its user should know. It stays
// until it is dismissed. Its JSON is part of the program's contract.
type Notice struct {
	ID   int64  `json:"id"`
	Time string `json:"time"` // RFC 3339, milliseconds
	Code string `json:"code"` // in one word
	message.Note
}

// NoticeSetAside is the code of the notice that a damaged store was set aside.
const NoticeSetAside = "store_set_aside"

// Notices returns the notices that were not dismissed, the oldest first.
func (s *Store) Notices(ctx context.Context) ([]Notice, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, time, subject FROM notices WHERE NOT dismissed ORDER BY id")
	if err != nil {
		return nil, s.reading("read the notices", err)
	}
	return scanAll(rows, func(r *sql.Rows) (Notice, error) {
		var id int64
		var at, subject string
		err := r.Scan(&id, &at, &subject)
		n := setAsideNotice(subject)
		n.ID, n.Time = id, at
		return n, err
	})
}

// FreshNotices returns the notices that no process had before this one.
func (s *Store) FreshNotices() []Notice { return s.fresh }

// DismissNotice dismisses a notice; one that is not there is dismissed.
func (s *Store) DismissNotice(ctx context.Context, id int64) error {
	if err := s.exec(ctx, "UPDATE notices SET dismissed = 1 WHERE id = ?", id); err != nil {
		return s.explain("dismiss a notice", err)
	}
	return nil
}

// noticeAside makes a notice of each store that was set aside, unless there is one, and
// takes over what can be read of it.
func (s *Store) noticeAside(ctx context.Context) error {
	all, err := s.damaged()
	if err != nil {
		return err
	}
	for _, d := range all {
		file := d.Path
		var known bool
		if err := s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM notices WHERE subject = ?)", file).Scan(&known); err != nil {
			return err
		}
		if known {
			continue
		}
		s.salvage(ctx, file)
		n := setAsideNotice(file)
		err := s.update(ctx, func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, "INSERT INTO notices (subject, time) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id, time",
				file, time.Now().UTC().Format(TimeFormat)).Scan(&n.ID, &n.Time)
		})
		switch {
		case err == nil:
			s.fresh = append(s.fresh, n)
		case !errors.Is(err, sql.ErrNoRows): // another process was faster
			return err
		}
	}
	return nil
}

func setAsideNotice(path string) Notice {
	return Notice{Code: NoticeSetAside, Note: message.New("store_set_aside", "keep_aside", "path", path)}
}

// salvaged are the tables whose rows are taken over from a damaged store: what a person
// has entered.
var salvaged = []string{"connections", "settings"}

// salvage takes over rows from the damaged store at path, as far as they can be read.
func (s *Store) salvage(ctx context.Context, path string) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "ATTACH ? AS damaged", path); err != nil {
		return
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "DETACH damaged") }()
	for _, table := range salvaged {
		_, _ = conn.ExecContext(ctx, "INSERT OR IGNORE INTO main."+table+" SELECT * FROM damaged."+table) // what can't be read is lost
	}
}
