package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// These try what Linefeed and other programs do with one and the same file with bad lines,
// and what is left of an import that is killed. docs/comparison.md has what they print.

// tried is the file whose import is killed.
var tried = file{name: "tried", about: "the articles of the sample, all good", rows: 100_000, write: writeArticles(0)}

// badTable returns the table of what became of the sample.
func badTable(all []attempt, good, bad int) *table {
	t := newTable("program", "into", "exit status", fmt.Sprintf("good rows, of %s", grouped(int64(good))), "other rows", fmt.Sprintf("bad lines told, of %d", bad), "other lines told").alignLeft(0, 1)
	for _, a := range all {
		t.add(a.program+" "+a.how, a.into.String(), strconv.Itoa(a.bad.status), grouped(int64(a.good)), grouped(int64(a.other)), grouped(int64(a.told)), grouped(int64(a.wrong)))
	}
	return t
}

// killTable returns the table of what became of the file without bad lines.
func killTable(all []attempt) *table {
	t := newTable("program", "into", "s", "rows after the kill", "next try", "rows then").alignLeft(0, 1, 4)
	for _, a := range all {
		if a.only {
			continue
		}
		next := fmt.Sprintf("status %d", a.again.status)
		if a.again.status < 0 {
			next = fmt.Sprintf("not done after %v", a.again.Wall.Round(time.Minute))
		}
		t.add(a.program+" "+a.how, a.into.String(), fmt.Sprintf("%.1f", a.whole.Wall.Seconds()), grouped(int64(a.left)), next, grouped(int64(a.rows)))
	}
	return t
}

// An outcome is how a program ended.
type outcome struct {
	measured
	status int    // its exit status; -1 if it was killed
	said   string // its output
}

// An attempt is what is known of a contender.
type attempt struct {
	contender
	bad         outcome // of the file with bad lines
	good, other int     // rows then in the table: those of good lines, and others
	told, wrong int     // lines of which it told: those that are bad, and others
	whole       outcome // of the file without bad lines
	left        int     // rows that are there after it was killed halfway
	again       outcome // of the next try
	rows        int     // rows that are there then
}

// compare tries all contenders, or those of one program, and writes the tables.
func (b *bench) compare(ctx context.Context, sample, only string, w io.Writer) (err error) {
	if sample, err = filepath.Abs(sample); err != nil {
		return err
	}
	if err := b.provide(ctx, tried); err != nil {
		return err
	}
	contenders, missing, end, err := b.contenders(ctx)
	defer func() { err = errors.Join(err, end()) }()
	if err != nil {
		return err
	}
	good, bad, err := sampleLines(sample)
	if err != nil {
		return err
	}
	var all []attempt
	for _, c := range contenders {
		if only != "" && c.program != only {
			continue
		}
		if _, err := exec.LookPath(c.load("").args[0]); err != nil {
			missing = append(missing, c.program+": "+err.Error())
			continue
		}
		b.say("%s %s into %s", c.program, c.how, c.into)
		a, err := b.attempt(ctx, c, sample, good, bad)
		if err != nil {
			return fmt.Errorf("%s: %w", c.program, err)
		}
		all = append(all, a)
	}
	_, err = fmt.Fprintf(w, "%s: %s\n\n%s\n%s\n", time.Now().UTC().Format(time.DateOnly), strings.Join(versions(ctx, all), ", "), badTable(all, len(good), len(bad)).markdown(), killTable(all).markdown())
	for _, m := range missing {
		fmt.Fprintf(w, "not tried: %s\n", m)
	}
	return err
}

// versions returns how the programs call themselves.
func versions(ctx context.Context, all []attempt) (told []string) {
	seen := map[string]bool{}
	for _, a := range all {
		program := a.load("").args[0]
		if seen[program] {
			continue
		}
		seen[program] = true
		argument := "--version"
		if a.program == "linefeed" {
			argument = "version"
		}
		out, err := exec.CommandContext(ctx, program, argument).CombinedOutput()
		if err != nil {
			out = []byte(a.program + ": " + err.Error())
		}
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		if a.program == "sqlite3" {
			first, _, _ = strings.Cut("sqlite3 "+first, " 20") // what follows is its date
		}
		told = append(told, first)
	}
	return told
}

// patience is how long the next try after a kill may take: pgloader tries rows that are
// there already one by one.
const patience = time.Minute

// sampleLines returns key and title of the good lines of the sample, and the numbers of
// the bad ones with those of their records, which stand in the list beside it.
func sampleLines(sample string) (good map[string]bool, bad map[int]int, err error) {
	list, err := os.Open(strings.TrimSuffix(sample, ".csv") + ".rejects.csv")
	if err != nil {
		return nil, nil, err
	}
	defer list.Close()
	records, err := csv.NewReader(list).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	bad = map[int]int{}
	within := map[int]bool{}
	for _, r := range records[1:] { // record,line,end_line,…
		record, recordErr := strconv.Atoi(r[0])
		first, firstErr := strconv.Atoi(r[1])
		last, lastErr := strconv.Atoi(r[2])
		if err := errors.Join(recordErr, firstErr, lastErr); err != nil {
			return nil, nil, err
		}
		bad[first] = record
		for n := first; n <= last; n++ {
			within[n] = true
		}
	}
	in, err := os.Open(sample)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	var rest bytes.Buffer
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if !within[n] {
			rest.Write(append(lines.Bytes(), '\n'))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	records, err = csv.NewReader(&rest).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	good = map[string]bool{}
	for _, r := range records[1:] {
		good[r[0]+"\t"+r[1]] = true
	}
	return good, bad, nil
}

func (b *bench) attempt(ctx context.Context, c contender, sample string, good map[string]bool, bad map[int]int) (a attempt, err error) {
	a.contender = c
	// The file with bad lines.
	if c.told != "" {
		_ = os.Remove(c.told) // of the one before
	}
	if err := c.into.clear(ctx); err != nil {
		return a, err
	}
	if a.bad, err = try(ctx, c.load(sample), 0); err != nil {
		return a, err
	}
	b.say("it says: %.300q", a.bad.said)
	rows, err := c.into.rows(ctx)
	if err != nil {
		return a, err
	}
	for _, row := range rows {
		if good[row] {
			a.good++
		} else {
			a.other++
		}
	}
	told, err := c.toldLines(a.bad.said)
	if err != nil {
		return a, err
	}
	for line, record := range bad {
		n := line
		if c.rows {
			n = record
		}
		if told[n] {
			a.told++
		}
	}
	a.wrong = len(told) - a.told
	if c.only {
		return a, nil
	}
	// The one without, as it is and killed halfway.
	if err := c.into.clear(ctx); err != nil {
		return a, err
	}
	if a.whole, err = try(ctx, c.load(b.csv(tried)), 0); err != nil {
		return a, err
	}
	for after := a.whole.Wall / 2; ; after /= 2 {
		if err := c.into.clear(ctx); err != nil {
			return a, err
		}
		o, err := try(ctx, c.load(b.csv(tried)), after)
		if err != nil {
			return a, err
		}
		if o.status < 0 {
			break // else it was faster this time
		}
	}
	if rows, err = c.into.rows(ctx); err != nil {
		return a, err
	}
	a.left = len(rows)
	next := c.load(b.csv(tried))
	if c.again != nil {
		if next, err = c.again(ctx, b.csv(tried)); err != nil {
			return a, err
		}
	}
	if a.again, err = try(ctx, next, patience); err != nil {
		return a, err
	}
	if rows, err = c.into.rows(ctx); err != nil {
		return a, err
	}
	a.rows = len(rows)
	return a, nil
}

// toldLines returns the numbers of the lines of which a contender told.
func (c contender) toldLines(said string) (map[int]bool, error) {
	if c.told != "" {
		text, err := os.ReadFile(c.told)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		said += "\n" + string(text)
	}
	lines := map[int]bool{}
	for _, m := range c.line.FindAllStringSubmatch(said, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil {
			lines[n] = true
		}
	}
	return lines, nil
}

// try runs a program, and kills it after a while unless that is 0.
func try(ctx context.Context, p process, kill time.Duration) (o outcome, err error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return o, err
	}
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err = cmd.Wait()
	o.Wall = time.Since(start)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return o, err
	}
	o.status, o.said = cmd.ProcessState.ExitCode(), said.String()
	return o, nil
}
