package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
)

func (p *program) versionCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Prints the version of the program, of Go, and the platform.",
		Args:  cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			p.out.printf("linefeed %s (%s, %s/%s)\n", engine.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
	addGroups(c)
	return c
}
