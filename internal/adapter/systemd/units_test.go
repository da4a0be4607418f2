package systemd

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
)

// shown is what systemctl 252 prints of a machine, with names that a hostile unit
// file could have.
const shown = `Id=shop.service
Description=The shop; it's $(here) = there
FragmentPath=/etc/systemd/system/shop.service

Id=dbus.service
Description=D-Bus System Message Bus
FragmentPath=/lib/systemd/system/dbus.service

Id=postgresql@15-main.service
Description=PostgreSQL Cluster 15-main
FragmentPath=/lib/systemd/system/postgresql@.service

Id=dev-disk-by\x2dlabel-x.service
Description=escaped
FragmentPath=/etc/systemd/system/x.service

Id=a'b;reboot.service
Description=evil
FragmentPath=/etc/systemd/system/a.service

Id=prentice.service
Description=prentice
FragmentPath=/etc/systemd/system/prentice.service
`

func TestUnitsOfNoteAreThoseThatPeopleWroteOrChose(t *testing.T) {
	list := notable(units(shown))
	if len(list) != 2 || list[0].Name != "postgresql@15-main.service" || list[1].Name != "shop.service" || list[1].Description != "The shop; it's $(here) = there" {
		t.Errorf("%+v", list)
	}
}

func TestUnitsThatRunAreListedByTheirNames(t *testing.T) {
	got := running("shop.service             loaded active running The shop\nsystemd-journald.service loaded active running Journal Service\n-x.service loaded active running an option\n\n")
	if !slices.Equal(got, []string{"shop.service", "systemd-journald.service"}) {
		t.Errorf("%q", got)
	}
}

func TestWhereSystemdIsNotItIsSaid(t *testing.T) {
	_, err := Running(context.Background())
	if _, there := os.Stat("/run/systemd/system"); there != nil && !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
}
