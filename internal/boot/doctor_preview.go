package boot

import (
	"context"
	"fmt"
	"net"
	"time"

	"prentice/internal/engine/preview"
)

// previewHealth looks whether names of environments lead anywhere, where they do not lead to
// this machine by themselves.
func previewHealth(ctx context.Context, set Settings) []checked {
	const about = "previews"
	d := set.Preview.at(orElse(set.Preview.Listen, set.Listen))
	if d.Local() {
		return []checked{good(about, "at %s, for browsers on this machine", d.URL(preview.Named{Place: "change-1"}))}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	name := d.Host(preview.Named{Place: "change-1"})
	found, err := net.DefaultResolver.LookupHost(ctx, name)
	if err != nil || len(found) == 0 {
		return []checked{but(advice, about, fmt.Sprintf("%s leads nowhere from here: %v", name, err), "add a record for *."+d.Name+" that leads to this machine, or to the proxy before it")}
	}
	return []checked{good(about, "%s leads to %s", name, found[0])}
}
