package githost

import (
	"context"
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// How long git may speak with another server about one ref, or bring all of a repository.
const (
	longestWord  = 5 * time.Minute
	longestBring = time.Hour
)

// Bring fetches refs from a repository elsewhere; with prune, those that are gone there go.
func (h *Host) Bring(ctx context.Context, name string, from forge.Remote, prune bool, what ...string) error {
	args := []string{"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--end-of-options", from.URL}
	if prune {
		args = append([]string{"fetch", "--prune"}, args[1:]...)
	}
	return h.far(ctx, name, from, longestBring, append(args, what...)...)
}

// Send makes a ref elsewhere name a commit, if it names the one before, or whatever it
// names where before is "". What it is asked to say it says once more without harm.
func (h *Host) Send(ctx context.Context, name string, to forge.Remote, ref, before, commit string) error {
	lease := "--force"
	if before != "" {
		lease = "--force-with-lease=" + ref + ":" + before
	}
	return h.far(ctx, name, to, longestWord, "push", "--quiet", "--no-verify", "--no-signed", "--recurse-submodules=no", lease, "--end-of-options", to.URL, commit+":"+ref)
}

// Far is the commit at which a ref is elsewhere; "" where there is no such ref.
func (h *Host) Far(ctx context.Context, name string, at forge.Remote, ref string) (string, error) {
	dir, err := h.Open(name)
	if err != nil {
		return "", err
	}
	args, env, err := h.outside(ctx, at)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, longestWord)
	defer cancel()
	out, err := h.git(ctx, dir, nil, append(env, "GIT_DIR="+dir), append(args, "ls-remote", "--quiet", "--refs", "--end-of-options", at.URL, ref)...)
	if err != nil {
		return "", notReached(at, err)
	}
	for line := range strings.Lines(string(out)) {
		if id, is, _ := strings.Cut(strings.TrimSpace(line), "\t"); is == ref {
			return id, nil
		}
	}
	return "", nil
}

func (h *Host) far(ctx context.Context, name string, at forge.Remote, patience time.Duration, args ...string) error {
	dir, err := h.Open(name)
	if err != nil {
		return err
	}
	set, env, err := h.outside(ctx, at)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := h.long(ctx, dir, append(env, "GIT_DIR="+dir), append(set, args...)...); err != nil {
		return notReached(at, err)
	}
	return nil
}

func notReached(at forge.Remote, err error) error {
	return prentice.Errorf(prentice.Unavailable, "git and %s: %w", clip.Text(at.URL), err).Try("see that the address is reached from here, and that the token may do this there")
}

// outside is how git reaches another server: by HTTP alone, without following to others,
// at the addresses that were looked at, and with the token in its environment, where no list
// of processes shows it to other users.
func (h *Host) outside(ctx context.Context, at forge.Remote) (args, env []string, err error) {
	u, err := url.Parse(at.URL)
	if err != nil || !reach.IsWeb(at.URL) {
		return nil, nil, prentice.Errorf(prentice.Invalid, "%q is no address that git reaches", clip.Text(at.URL)).Try("write it as https://git.example.org/team/shop.git")
	}
	settings := [][2]string{{"http.extraHeader", "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(at.User+":"+at.Token))}}
	pinned, err := pin(ctx, u, reach.IsHere(at.URL))
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "%s is not reached: %w", u.Host, err).Try("see that its name leads to it: getent hosts %s", u.Hostname())
	}
	if pinned != "" {
		settings = append(settings, [2]string{"http.curloptResolve", pinned})
	}
	env = []string{"GIT_ALLOW_PROTOCOL=https:http", "GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings))}
	for i, s := range settings {
		n := strconv.Itoa(i)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+s[0], "GIT_CONFIG_VALUE_"+n+"="+s[1])
	}
	return []string{"-c", "protocol.https.allow=always", "-c", "protocol.http.allow=always", "-c", "http.followRedirects=false", "-c", "fetch.fsckObjects=true", "-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=60"}, env, nil
}

// pin says to git which addresses a name has: those that were looked at, and no others that
// it has a moment later.
func pin(ctx context.Context, u *url.URL, here bool) (string, error) {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return "", reach.May(net.JoinHostPort(u.Hostname(), port), here)
	}
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return "", err
	}
	var good []string
	for _, ip := range list {
		ip = ip.Unmap()
		if err := reach.May(net.JoinHostPort(ip.String(), port), here); err != nil {
			return "", err
		}
		if ip.Is6() {
			good = append(good, "["+ip.WithZone("").String()+"]")
			continue
		}
		good = append(good, ip.String())
	}
	return u.Hostname() + ":" + port + ":" + strings.Join(good, ","), nil
}
