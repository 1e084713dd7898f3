package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
)

func (p *program) diagnosticsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "diagnostics",
		Short: "Print what to send with the report of a fault",
		Long: `Prints versions, the system, what the program keeps and how it is set, and the end of its log. It has no value of a file, no
name of a file, a table, a server or a user, no password and no token. With ` + engine.LogLevel + `=debug in the environment the log tells
more, and then it may have values of a file: read it before you send it.`,
		Example: "  linefeed diagnostics > diagnostics.txt",
		Args:    cobra.NoArgs,
	}
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			p.out.println(strings.TrimSuffix(e.Diagnostics(c.Context()), "\n"))
			return nil
		})
	}
	return c
}
