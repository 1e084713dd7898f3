package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func (p *program) serveCommand() *cobra.Command {
	out := &outputFlags{}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the local API without a window, until it is stopped",
		Long: `Serves the local API, on this computer alone, until it is stopped: by Ctrl-C or SIGTERM. It then takes no further imports,
and cancels those that have not ended, with the rows that they have loaded: resume goes on with them. api.json says where
it is, and has its token; linefeed tokens makes further ones.`,
		Example: `  linefeed serve
  linefeed serve --listen 127.0.0.1:8420 --origin https://shop.example`,
		Args: cobra.NoArgs,
	}
	set := c.Flags()
	set.StringVar(&out.listen, "listen", "127.0.0.1:0", "the address: of this computer alone; a free port where it is 0 (`ADDRESS`)")
	set.StringArrayVar(&out.origins, "origin", nil, "let pages of this origin call, beside those of the settings; may be given again (`ORIGIN`)")
	set.BoolVar(&out.quiet, "quiet", false, "print errors only")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		p.loads = true
		ctx, l := c.Context(), &loader{program: p, output: out}
		return l.with(ctx, func() error { return l.serve(ctx) })
	}
	return c
}

// serve lets the local API serve until ctx is done.
func (l *loader) serve(ctx context.Context) error {
	if !l.output.quiet {
		l.err.printf("serving (Ctrl-C ends it)\n")
	}
	<-ctx.Done()
	return nil
}
