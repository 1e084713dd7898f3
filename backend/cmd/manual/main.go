// Manual writes the manual pages of the command line, and its completions for the shells,
// as the packages install them; with -docs the pages of docs that follow from the code.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"linefeed/backend/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("manual", flag.ContinueOnError)
	out := flags.String("out", "", "the `folder` to write man/ and completions/ into")
	version := flags.String("version", "", "the program's `version`")
	docs := flags.String("docs", "", "the `folder` to write the pages of reference into")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *docs != "" && *out == "" && *version == "" && flags.NArg() == 0 {
		return writeReference(*docs)
	}
	if *out == "" || *version == "" || flags.NArg() > 0 {
		return errors.New("give -out and -version, or -docs, and nothing else")
	}
	date, err := sourceDate()
	if err != nil {
		return err
	}
	pages, completions := filepath.Join(*out, "man"), filepath.Join(*out, "completions")
	for _, dir := range []string{pages, completions} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	root := cli.Command()
	withoutTag(root)
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "Linefeed " + *version, Manual: "Linefeed"}
	return errors.Join(
		doc.GenManTree(root, header, pages),
		root.GenBashCompletionFileV2(filepath.Join(completions, "linefeed.bash"), true),
		root.GenZshCompletionFile(filepath.Join(completions, "linefeed.zsh")),
		root.GenFishCompletionFile(filepath.Join(completions, "linefeed.fish"), true),
	)
}

// withoutTag keeps the name of the generator, and today's date, out of the pages.
func withoutTag(c *cobra.Command) {
	c.DisableAutoGenTag = true
	for _, sub := range c.Commands() {
		withoutTag(sub)
	}
}

// sourceDate returns the date of the pages: that of SOURCE_DATE_EPOCH, so that the same
// source makes the same pages, else today.
func sourceDate() (time.Time, error) {
	text := cmp.Or(os.Getenv("SOURCE_DATE_EPOCH"), strconv.FormatInt(time.Now().Unix(), 10))
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
