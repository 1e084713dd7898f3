package job

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"sync"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/mend"
	"linefeed/backend/store"
)

// A retrySource is the source of the rejects that are retried, and their converter:
// each record is read alone, from its own bytes, and mended by its own rules. Fill is
// called by one goroutine, and Convert by another.
type retrySource struct {
	t     *retrying
	ctx   context.Context
	items iter.Seq2[store.RetryItem, error]
	rules func(id int64) (string, error) // of an item, as JSON
	size  int64                          // of all records, in bytes; -1 if it is not known
	seen  func(store.RetryItem)          // is told of each item; nil for nobody

	around func(b *load.Block, convert func()) // converts a block; nil for just that

	alone    *csvfile.Alone
	next     func() (store.RetryItem, error, bool)
	end      func()
	held     *store.RetryItem // has other rules than those before it
	consumed int64

	mu    sync.Mutex
	sets  map[int64]*ruleSet // by id
	first map[int64]*ruleSet // of blocks that are to be converted, by their first record
}

// A ruleSet is rules that records have in common.
type ruleSet struct {
	ragged load.Ragged
	conv   load.Converter
}

// source returns the source of items. The caller stops it.
func (t *retrying) source(ctx context.Context, items iter.Seq2[store.RetryItem, error]) (*retrySource, error) {
	alone, err := csvfile.NewAlone(t.kept.Dialect, t.kept.Fields, t.kept.Padding, 0)
	if err != nil {
		return nil, err
	}
	s := &retrySource{
		t: t, ctx: ctx, items: items, alone: alone, size: -1, sets: map[int64]*ruleSet{}, first: map[int64]*ruleSet{},
		rules: func(id int64) (string, error) { return t.r.store.Rules(ctx, id) },
	}
	s.next, s.end = iter.Pull2(items)
	return s, nil
}

// Fields implements [load.Source].
func (s *retrySource) Fields() []string { return s.t.kept.Fields }

// Size implements [load.Source].
func (s *retrySource) Size() int64 { return s.size }

// stop ends the reading.
func (s *retrySource) stop() { s.end() }

// rewind begins another reading.
func (s *retrySource) rewind() error {
	s.end()
	s.next, s.end = iter.Pull2(s.items)
	s.held, s.consumed = nil, 0
	return nil
}

// Fill implements [load.Source]. The records of a block have the same rules.
func (s *retrySource) Fill(b *load.Block) error {
	var of *ruleSet
	defer func() {
		if len(b.Rows) > 0 {
			s.mu.Lock()
			s.first[b.Rows[0].Number] = of
			s.mu.Unlock()
		}
	}()
	for !b.Full() {
		item, err := s.take()
		if err != nil {
			return err
		}
		rules, err := s.ruleSet(item.Rules)
		if err != nil {
			return err
		}
		if of != nil && rules != of {
			item.Raw = slices.Clone(item.Raw)
			s.held = &item
			return nil
		}
		of = rules
		if s.seen != nil {
			s.seen(item)
		}
		rec, err := s.alone.Read(item.Raw, item.Record, item.Line, rules.ragged)
		rec.Offset, rec.End = s.consumed, s.consumed+int64(len(item.Raw))
		s.consumed = rec.End
		rec.Consumed = s.consumed
		if err == nil {
			b.Add(rec)
			continue
		}
		reject, ok := err.(*load.Reject) //nolint:errorlint // that is what Read returns
		if !ok {
			return err
		}
		b.AddReject(rec, reject)
	}
	return nil
}

// take returns the next item, or io.EOF.
func (s *retrySource) take() (store.RetryItem, error) {
	if s.held != nil {
		item := *s.held
		s.held = nil
		return item, nil
	}
	item, err, ok := s.next()
	if !ok {
		return item, io.EOF
	}
	return item, err
}

// ruleSet returns the rules of an item.
func (s *retrySource) ruleSet(id int64) (*ruleSet, error) {
	if set := s.sets[id]; set != nil {
		return set, nil
	}
	text, err := s.rules(id)
	if err != nil {
		return nil, err
	}
	rules, err := parseRules(text)
	if err != nil {
		return nil, err
	}
	conv, err := mend.NewConverter(rules, s.t.layout)
	if err != nil {
		return nil, err
	}
	set := &ruleSet{mend.Ragged(rules, s.t.layout.Plan.Ragged), conv}
	s.sets[id] = set
	return set, nil
}

// Convert implements [load.Converter].
func (s *retrySource) Convert(b *load.Block) {
	if len(b.Rows) == 0 {
		return
	}
	s.mu.Lock()
	set := s.first[b.Rows[0].Number]
	delete(s.first, b.Rows[0].Number)
	s.mu.Unlock()
	if s.around != nil {
		s.around(b, func() { set.conv.Convert(b) })
		return
	}
	set.conv.Convert(b)
}

// parseRules reads rules as they are stored.
func parseRules(text string) (rules []mend.Rule, err error) {
	if text == "" {
		return nil, nil
	}
	return rules, json.Unmarshal([]byte(text), &rules)
}

// formatRules returns rules as they are stored.
func formatRules(rules []mend.Rule) (string, error) {
	if len(rules) == 0 {
		return "", nil
	}
	text, err := json.Marshal(rules)
	return string(text), err
}

// how returns what was asked for, for the history.
func (t *retrying) how() (string, error) {
	v := t.Retry
	v.Job = ""
	v.Edits = nil // the texts are kept with the records
	text, err := json.Marshal(v)
	return string(text), err
}
