package boot

import "github.com/spf13/cobra"

func (c *commands) initCommand() *cobra.Command { return &cobra.Command{Use: "init"} }
