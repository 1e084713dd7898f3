package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
)

func (p *program) versionCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: "Prints the version of the program, of Go, and the platform; as JSON also the commit that it was built from, and the\nversion of SQLite in it.\n\n" +
			strings.Replace(engine.Updates, ". ", ".\n", 1),
		Args: cobra.NoArgs,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON, with what it was built from")
	addGroups(c)
	c.RunE = func(*cobra.Command, []string) error {
		b := engine.BuildInfo()
		if asJSON {
			return p.out.printJSON(b)
		}
		p.out.printf("linefeed %s (%s, %s)\n", b.Version, b.Go, b.Platform)
		return nil
	}
	return c
}
