package boot

import (
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"prentice"
	"prentice/internal/adapter/oidc"
	"prentice/internal/adapter/teamfolder"
	"prentice/internal/kit/nearest"
)

// Settings are what needs a restart. They come from flags, then the
// environment (PRENTICE_DATA …), then prentice.toml in the current folder or, where
// that has none and no data folder either, in /etc/prentice.
type Settings struct {
	Data      string `toml:"data"`       // the data folder
	Team      string `toml:"team"`       // the team folder
	Listen    string `toml:"listen"`     // host:port for pages and API
	Database  string `toml:"database"`   // "" is SQLite in the data folder; or postgres://…
	Hosts     string `toml:"hosts"`      // names that the pages are reached by, when not loopback, comma separated
	PublicURL string `toml:"public_url"` // https://HOST[/PATH] by which people reach pages and API, "" is none
	Proxies   string `toml:"proxies"`    // addresses of proxies whose X-Forwarded-For is believed, comma separated
	Owner     string `toml:"owner"`      // who owns a new installation
	Remote    bool   `toml:"remote"`     // listen beyond loopback
	Replica   string `toml:"replica"`    // the name of this process among several on one database; "" is alone
	LogsKeep  string `toml:"logs-keep"`  // how long logs of ended runs are kept: 90d, or "ever"
	LogsMax   string `toml:"logs-max"`   // how much all logs may take: 10GB, or "any"

	HistoryKeep string `toml:"history-keep"` // how long runs and incidents are kept after their end: 400d, or "ever"
	EventsKeep  string `toml:"events-keep"`  // how long events and notices are kept: 90d, or "ever"

	Enrolment string `toml:"enrolment"` // "trusted": anyone who lets others in is not behind what they do; "" or "closed": they are

	Monitors string `toml:"monitors"` // agents that only report what they see, comma separated: no one is behind their events

	Blobs string `toml:"blobs"` // where finished parts of logs are: a folder, or s3://BUCKET?…; "" is in the data folder

	InventoryProgram string `toml:"inventory-program"` // ansible-inventory, which is asked for hosts that no file lists; "" asks no one

	Repositories string `toml:"repositories"` // the folder below which the repositories of the catalog lie; "" is repositories in the data folder

	GitSSH string `toml:"git-ssh"` // host:port where git comes over SSH; "" is not at all

	Helper string `toml:"helper"` // "forbidden": nothing of ours is put on hosts; "" or "allowed": the helper may be

	Accept string `toml:"-"` // what is lost and accepted, at this start only: AcceptRollback, AcceptKeys or AcceptCopy

	build Build               `toml:"-"` // what runs
	kept  *teamfolder.InForce // the team folder is that of a commit in a repository
	named string              `toml:"-"` // the flags that name the folders, as they were typed

	OIDC *OIDCSettings `toml:"oidc"` // a provider that signs people in; nil is none

	Alertmanager *AlertmanagerSettings `toml:"alertmanager"` // one that hears of silences; nil is none

	Deadman *DeadmanSettings `toml:"deadman"` // a monitor outside that is told that prentice works; nil is none

	Preview PreviewSettings `toml:"preview"` // the addresses of environments
}

// AlertmanagerSettings are those of an Alertmanager to which silences are told.
type AlertmanagerSettings struct {
	URL       string `toml:"url"`
	TokenFile string `toml:"token_file"` // of a bearer token; "" is none
}

func (a *AlertmanagerSettings) check() error {
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return prentice.Errorf(prentice.Invalid, "the url of alertmanager is not the address of one").Try("write http://HOST:9093, or https://HOST/PATH")
	}
	if u.User != nil {
		return prentice.Errorf(prentice.Invalid, "the url of alertmanager holds a name or a password").Try("write a bearer token into a file, and name it with token_file")
	}
	if ip := net.ParseIP(u.Hostname()); a.TokenFile != "" && u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return prentice.Errorf(prentice.Invalid, "anybody on the way could read the token for Alertmanager at %s", u.Host).Try("use https, or leave token_file out")
	}
	return nil
}

// OIDCSettings are those of an OpenID Connect provider.
type OIDCSettings struct {
	Issuer     string            `toml:"issuer"`
	ClientID   string            `toml:"client_id"`
	SecretFile string            `toml:"client_secret_file"`
	NameClaim  string            `toml:"name_claim"`
	GroupClaim string            `toml:"group_claim"`
	Scopes     []string          `toml:"scopes"` // none is what the provider has
	Roles      map[string]string `toml:"roles"`  // by group
}

func (o *OIDCSettings) provider() *oidc.Provider {
	if o == nil {
		return nil
	}
	p := &oidc.Provider{Issuer: o.Issuer, ClientID: o.ClientID, SecretFile: o.SecretFile, NameClaim: o.NameClaim, GroupClaim: o.GroupClaim, Scopes: o.Scopes, Roles: map[string]prentice.Role{}}
	for group, role := range o.Roles {
		p.Roles[group] = prentice.Role(role)
	}
	return p
}

// defaultData is the data folder that no one named.
const defaultData = "./prentice-data"

// trusted is the enrolment by which an owner is not behind those they let in.
const trusted = "trusted"

// forbidden is the setting with which no helper is put on hosts.
const forbidden = "forbidden"

// DefaultListen is where the pages and the API are.
const DefaultListen = "127.0.0.1:7400"

// SettingsFile is the file of settings in the current folder.
const SettingsFile = "prentice.toml"

// SystemSettings is the file of settings of the whole machine, which the packages
// bring.
const SystemSettings = "/etc/prentice/prentice.toml"

// settingsFile is the file that counts here: the machine's own where the current
// folder has neither settings nor data of its own.
func settingsFile() string {
	for _, own := range []string{SettingsFile, defaultData} {
		if _, err := os.Stat(own); err == nil {
			return SettingsFile
		}
	}
	if _, err := os.Stat(SystemSettings); err != nil {
		return SettingsFile
	}
	return SystemSettings
}

// ReadSettings reads the file and the environment. What neither says is empty;
// Filled gives it its default. An unknown key is an error.
func ReadSettings(file string, env func(string) string) (Settings, error) {
	var s Settings
	if err := s.readFile(file); err != nil {
		return s, err
	}
	for name, to := range map[string]*string{"PRENTICE_DATA": &s.Data, "PRENTICE_TEAM": &s.Team, "PRENTICE_LISTEN": &s.Listen,
		"PRENTICE_DATABASE": &s.Database, "PRENTICE_HOSTS": &s.Hosts, "PRENTICE_PUBLIC_URL": &s.PublicURL, "PRENTICE_PROXIES": &s.Proxies, "PRENTICE_OWNER": &s.Owner, "PRENTICE_REPLICA": &s.Replica,
		"PRENTICE_LOGS_KEEP": &s.LogsKeep, "PRENTICE_LOGS_MAX": &s.LogsMax, "PRENTICE_HISTORY_KEEP": &s.HistoryKeep, "PRENTICE_EVENTS_KEEP": &s.EventsKeep, "PRENTICE_BLOBS": &s.Blobs, "PRENTICE_INVENTORY_PROGRAM": &s.InventoryProgram, "PRENTICE_ENROLMENT": &s.Enrolment, "PRENTICE_MONITORS": &s.Monitors, "PRENTICE_HELPER": &s.Helper, "PRENTICE_REPOSITORIES": &s.Repositories, "PRENTICE_GIT_SSH": &s.GitSSH} {
		if v := env(name); v != "" {
			*to = v
		}
	}
	return s, nil
}

func (s *Settings) readFile(file string) error {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "settings: %w", err)
	}
	meta, err := toml.Decode(string(raw), s)
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		return prentice.Errorf(prentice.Invalid, "%s", parse.Message).In(prentice.Pos{File: file, Line: parse.Position.Line})
	}
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "%s: %w", file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		key := unknown[0].String()
		e := prentice.Errorf(prentice.Invalid, "unknown setting %q", key).In(prentice.Pos{File: file, Line: lineOf(string(raw), key)})
		if near := nearest.Of(key, []string{"data", "team", "listen", "database", "hosts", "public_url", "proxies", "owner", "remote", "replica", "logs-keep", "logs-max", "history-keep", "events-keep", "enrolment", "monitors", "blobs", "inventory-program", "helper", "repositories", "git-ssh", "oidc", "oidc.issuer", "oidc.client_id", "oidc.client_secret_file", "oidc.name_claim", "oidc.group_claim", "oidc.scopes", "oidc.roles", "alertmanager", "alertmanager.url", "alertmanager.token_file", "deadman", "deadman.secret", "deadman.every", "preview", "preview.domain", "preview.listen", "preview.tls_cert", "preview.tls_key", "preview.acme", "preview.acme_email", "preview.acme_root"}); near != "" {
			return e.Try("did you mean %s?", near)
		}
		return e.Try("the settings are data, team, listen, database, public_url, hosts, proxies, owner, remote, replica, logs-keep, logs-max, history-keep, events-keep, enrolment, monitors, blobs, inventory-program, helper, repositories, git-ssh, oidc, alertmanager, deadman and preview")
	}
	return nil
}

func lineOf(text, key string) int {
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), key) {
			return i + 1
		}
	}
	return 0
}

// Filled gives every empty setting its default and checks the rest.
func (s Settings) Filled() (Settings, error) {
	if s.Data == "" {
		s.Data = defaultData
	}
	data, err := filepath.Abs(s.Data)
	if err != nil {
		return s, prentice.Errorf(prentice.Invalid, "data folder %q: %w", s.Data, err)
	}
	s.Data = data
	if s.Team == "" {
		s.Team = filepath.Join(s.Data, "team")
	}
	if s.Team, err = filepath.Abs(s.Team); err != nil {
		return s, prentice.Errorf(prentice.Invalid, "team folder %q: %w", s.Team, err)
	}
	if s.Repositories == "" {
		s.Repositories = filepath.Join(s.Data, "repositories")
	}
	if s.Repositories, err = filepath.Abs(s.Repositories); err != nil {
		return s, prentice.Errorf(prentice.Invalid, "folder of repositories %q: %w", s.Repositories, err)
	}
	if s.Listen == "" {
		s.Listen = DefaultListen
	}
	if s.Owner == "" {
		s.Owner = "owner"
		if name := os.Getenv("USER"); prentice.ValidName(name) {
			s.Owner = name
		}
	}
	if err := s.checkDatabase(); err != nil {
		return s, err
	}
	if err := s.checkReplica(); err != nil {
		return s, err
	}
	if err := s.checkAccept(); err != nil {
		return s, err
	}
	if _, err := s.keep(); err != nil {
		return s, err
	}
	if _, err := days("events-keep", orElse(s.EventsKeep, defaultEventsKeep)); err != nil {
		return s, err
	}
	if _, err := s.proxies(); err != nil {
		return s, err
	}
	if _, err := s.public(); err != nil {
		return s, err
	}
	if s.Blobs, err = blobs(s.Blobs, s.Data); err != nil {
		return s, err
	}
	if s.Enrolment != "" && s.Enrolment != "closed" && s.Enrolment != trusted {
		return s, prentice.Errorf(prentice.Invalid, "enrolment %q", s.Enrolment).Try("write closed, or trusted if owners are trusted with letting others in")
	}
	if err := s.Deadman.check(); err != nil {
		return s, err
	}
	if s.Alertmanager != nil {
		if err := s.Alertmanager.check(); err != nil {
			return s, err
		}
	}
	if err := s.Preview.check(s); err != nil {
		return s, err
	}
	if s.Helper != "" && s.Helper != "allowed" && s.Helper != forbidden {
		return s, prentice.Errorf(prentice.Invalid, "helper %q", s.Helper).Try("write allowed, or forbidden if prentice must put no program on hosts")
	}
	if s.OIDC != nil {
		if err := s.OIDC.provider().Check(); err != nil {
			return s, err
		}
	}
	return s, s.checkListen()
}

// checkDatabase refuses an address that no database can have. It may hold a
// password, so no more than its beginning is told.
func (s Settings) checkDatabase() error {
	scheme, _, found := strings.Cut(s.Database, ":")
	if s.Database == "" || found && slices.Contains(databases, scheme) {
		return nil
	}
	if !found {
		return prentice.Errorf(prentice.Invalid, "the database is no address").Try("write postgres://USER@HOST/NAME, or leave it out for SQLite in the data folder")
	}
	e := prentice.Errorf(prentice.Invalid, "the address of the database begins with %.20q", scheme)
	if near := nearest.Of(scheme, databases); near != "" {
		return e.Try("did you mean %s:?", near)
	}
	return e.Try("write postgres://USER@HOST/NAME, or leave it out for SQLite in the data folder")
}

var databases = []string{"postgres", "postgresql", "sqlite"}

func (s Settings) checkListen() error {
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "listen address %q: %w", s.Listen, err).Try("write 127.0.0.1:7400")
	}
	if s.GitSSH != "" { // SSH speaks to other machines by itself: what it says is encrypted
		if _, _, err := net.SplitHostPort(s.GitSSH); err != nil {
			return prentice.Errorf(prentice.Invalid, "git-ssh address %q: %w", s.GitSSH, err).Try("write 127.0.0.1:7422, or 0.0.0.0:7422 for other machines")
		}
	}
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && ip.IsLoopback() || s.Remote {
		return nil
	}
	return prentice.Errorf(prentice.Refused, "%s can be reached from other machines", s.Listen).
		Try("listen on 127.0.0.1 behind a proxy that speaks TLS, or set remote = true in %s if you mean it", SettingsFile)
}

// address is where the database is, as kit/db writes it.
func (s Settings) address() string {
	if s.Database != "" {
		return s.Database
	}
	return "sqlite:" + filepath.Join(s.Data, "prentice.db")
}

// postgres says whether the database is one that several processes can reach.
func (s Settings) postgres() bool { return strings.HasPrefix(s.Database, "postgres") }

// namesIn are names with commas between.
func namesIn(text string) []string {
	var names []string
	for _, h := range strings.Split(text, ",") {
		if h = strings.TrimSpace(h); h != "" {
			names = append(names, h)
		}
	}
	return names
}
