package main

import (
	"errors"
	"os"
	"path/filepath"

	"linefeed/backend/cli"
)

// reference returns the pages of docs that follow from the code, whose source is in root, by the
// names of their files.
func reference(root string) (map[string]string, error) {
	api, err := openAPI()
	if err != nil {
		return nil, err
	}
	source, err := readSource(root)
	if err != nil {
		return nil, err
	}
	messages, err := messagesPage(source, api)
	if err != nil {
		return nil, err
	}
	commands := cli.Command()
	return map[string]string{
		"commands.md":      commandsPage(commands),
		"settings.md":      settingsPage(commands, api),
		"api-reference.md": apiPage(api),
		"messages.md":      messages,
	}, nil
}

// made stands at the top of each page.
const made = "<!-- Made by `make reference` from the code: change that, and not this page. -->\n\n"

// writeReference writes the pages into the folder docs of the source.
func writeReference(dir string) error {
	pages, err := reference(filepath.Dir(dir))
	var errs []error
	for name, text := range pages {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), []byte(made+text), 0o644)) //nolint:gosec // pages are for all to read
	}
	return errors.Join(append(errs, err)...)
}
