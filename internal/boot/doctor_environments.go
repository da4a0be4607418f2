package boot

import (
	"context"
	"os"
	"strings"
	"time"

	"prentice/internal/adapter/envbox"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// environmentsHealth makes an environment without an image, and says whether it holds here.
func environmentsHealth(ctx context.Context) checked {
	const about = "environments"
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "prentice-doctor-")
	if err != nil {
		return but(advice, about, err.Error(), "make room in "+os.TempDir())
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is empty by then
	box, err := envbox.New(ctx, dir)
	if err == nil {
		defer box.Close() //nolint:errcheck // nothing runs in it
		err = box.Can(ctx, environment.Spec{ID: "doctor"})
	}
	if err != nil {
		return but(advice, about, "none can be made without images: "+err.Error(), "see prentice explain environments; with an engine of containers they can be made all the same")
	}
	if len(box.Weaker) > 1 {
		return but(advice, about, "they can be made without images, and hold less than they should: "+strings.Join(box.Weaker, "; "), "let prentice make control groups: as a service with Delegate=yes, or as root")
	}
	return good(about, "they can be made without images: users, processes, mounts and networks of their own hold")
}

// providersHealth says which database servers of this machine environments can have of their own.
func providersHealth() (list []checked) {
	for _, kind := range provider.Kinds() {
		server, err := provider.Find(kind)
		if err != nil {
			list = append(list, but(advice, "environments", "no server of "+kind+" is on this machine: environments without images cannot have one of their own", provider.Install(kind)))
			continue
		}
		list = append(list, good("environments", "%s %s can be in each environment", kind, server.Version))
	}
	return list
}
