// Command shop is the sample team's services without the rest of prentice, so
// that the crash proof, which starts them thousands of times, spends its time on
// what it is about. It takes the same arguments: demo-service NAME …
package main

import (
	"context"
	"fmt"
	"os"

	"prentice/internal/demo"
)

func main() {
	if len(os.Args) < 3 || os.Args[1] != "demo-service" {
		fmt.Fprintln(os.Stderr, "usage: shop demo-service NAME --port N --state DIR [start|stop|status]")
		os.Exit(2)
	}
	if err := demo.Serve(context.Background(), os.Args[2], os.Args[3:], os.Stdout); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
