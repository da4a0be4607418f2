package boot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice/internal/adapter/secret"
	"prentice/internal/engine/procedure"
	"prentice/internal/face/cli"
)

// teamHealth reads the files of the team as a start would.
func (c *commands) teamHealth(ctx context.Context, set Settings, now time.Time) []checked {
	const about = "team folder"
	if !isFolder(set.Team) {
		return []checked{but(broken, about, set.Team+" is not there: there is nothing to watch and nothing to run", "name it with --team, or begin with book/tutorial.md")}
	}
	door, shut, err := c.openFiles(ctx, set, cli.Global{})
	if err != nil {
		f := asFinding(err)
		return []checked{but(broken, about, f.Text, f.Hint)}
	}
	defer func() { err = errors.Join(err, shut()) }()
	team := door.(near).Team
	var list []checked
	for i, f := range team.Troubles() {
		if i == 5 {
			list = append(list, but(broken, about, "and more", "prentice catalog check, prentice procedure lint"))
			break
		}
		list = append(list, but(broken, about, strings.TrimPrefix(f.At.String()+": "+f.Text, ": "), f.Hint))
	}
	if len(list) == 0 {
		list = append(list, good(about, "%s, %s, %s", counted(len(team.Catalog().Services), "service"), counted(len(team.Catalog().Hosts), "host"), counted(len(team.Library().All()), "procedure")))
	}
	list = append(list, sshHealth(ctx, set, team.Catalog().Hosts)...)
	list = append(list, reviews(team.Library(), now)...)
	return append(list, secretsHealth(set, team)...)
}

// reviews are the procedures whose date of review has passed.
func reviews(l *procedure.Library, now time.Time) []checked {
	var late []string
	for _, p := range l.All() {
		if day, err := time.Parse(time.DateOnly, p.ReviewBy); err == nil && now.After(day.AddDate(0, 0, 1)) {
			late = append(late, p.Name)
		}
	}
	if len(late) == 0 {
		return nil
	}
	return []checked{but(advice, "procedures", "to be reviewed since some time: "+strings.Join(late[:min(5, len(late))], ", "), "read each with its owner, and move its review_by")}
}

// secretsHealth says which secrets procedures and channels need that are not there.
// A value is never read.
func secretsHealth(set Settings, team *Team) []checked {
	store := &secret.Secrets{Folder: filepath.Join(set.Data, secretsFolder), Key: filepath.Join(set.Data, secretsKey), Declared: team.Secrets}
	needs := map[string][]string{}
	for _, p := range team.Library().All() {
		for _, name := range p.Needs() {
			needs[name] = append(needs[name], "procedure "+p.Name)
		}
	}
	if notices := team.now.Load().notices(); notices != nil {
		for _, ch := range notices.Channels {
			for _, name := range []string{ch.Secret, ch.URLSecret} {
				if name != "" {
					needs[name] = append(needs[name], "channel "+ch.Name)
				}
			}
		}
	}
	var list []checked
	for name, who := range needs {
		if store.Missing([]string{name}) != "" {
			slices.Sort(who)
			list = append(list, but(broken, "secrets", fmt.Sprintf("there is no %s, which %s needs", name, strings.Join(slices.Compact(who), ", ")), "prentice secret set "+name))
		}
	}
	slices.SortFunc(list, func(a, b checked) int { return strings.Compare(a.Says, b.Says) })
	if len(list) == 0 && len(needs) > 0 {
		list = append(list, good("secrets", "all %d that procedures and channels need are there", len(needs)))
	}
	return list
}
