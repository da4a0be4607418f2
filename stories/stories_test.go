// Package stories runs what users do, as scripts against the whole program: each
// .txtar file here is a story. The program is the real one, started as a process
// of its own; every story has its own data folder, team folder and port.
//
// The cast: olga owns the installation and sits at its machine. The others come
// with tokens of their own once the story says who they are: ann, ben, oz, vic
// and mallory, who is up to no good; bot is a program. Each name is a command,
// and is followed by what its bearer types behind prentice.
//
// $SOON is a day a month ahead, and $QUIET an hour of the day that is not near.
//
// Beside testscript's own commands a story may say:
//
//	team NAME                 have a small team of testdata, but for what the story brings itself
//	earlier NAME              have the data folder of an earlier version, from testdata/earlier
//	person NAME ROLE          make NAME a person of the team, with a token
//	token NAME WHO ARG…       give NAME the token that WHO makes with prentice token create NAME ARG…;
//	                          it is $TOKEN_NAME, its number $ID_NAME
//	NAME ARG…                 prentice ARG… as NAME
//	code N                    the last command ended with exit code N
//	version next|this         what is started from now on is of the version after this one, whose tables have a column
//	                          more, or of this one
//	up [ARG…]                 start prentice up in the background and wait until it is ready; with !, that it ends
//	down                      stop it with SIGTERM and wait for its end
//	kill9                     stop it with SIGKILL
//	freeze-server, thaw-server  let it hang, and go on
//	impostor FILE             another person has its port now, answers everything, and keeps what they hear in FILE
//	slow-bodies N             open N connections, on each of which a form begins and does not go on
//	said PATTERN              what the server printed has a line like this by now, or soon
//	rss N                     the server never had more than N MB of memory
//	await REF STATE           wait until a run, an incident or a service is in a state
//	until [-not] PATTERN ARG… wait until prentice ARG… prints something like this, or no longer
//	soon SHELL                wait until a command of the shell ends well
//	http [-as NAME] [-h 'Name: value']… METHOD PATH [BODY]
//	                          ask the server; BODY is text (JSON unless -h says otherwise), @FILE or bytes:N; with !, it refuses
//	status N                  the last answer of the server had this status
//	forbidden NAME            NAME tries every operation that is above their role, and gets none done
//	session NAME [by MAKER]   sign NAME in on the pages with their token, or by a link that MAKER makes; $COOKIE, $SESSION
//	                          and $CSRF are what the browser knows
//	browse NAME               sign NAME in on the pages by a one-time link; $COOKIE and $CSRF are what the browser knows
//	provider                  raise an OpenID Connect provider, whose developers, leads and bosses are let in
//	sso SUBJECT NAME GROUP…   sign someone in by it, as browse does; with !, they are refused
//	password NAME PASSWORD    sign NAME in by their password and $CODE, as browse does
//	totp FILE                 $CODE is a code of the second factor that FILE (or stdout) shows
//	storm N FILE              send the event in FILE N times, each under an id of its own, in parallel batches
//	flip FILE OFFSET          change one byte of a file; negative offsets count from the end
//	nowhere VALUE…            no file of the data folder holds a value, nor has the server said it: neither plain nor
//	                          encoded, in compressed logs and in every row of the database too; @FILE is one a line; with !, each is found
//	sql STATEMENT             change the database behind prentice's back
//	forge NUMBER|last REF     write a line of evidence about REF behind its back, with a right hash: below the first, or behind the last
//	lock-database             let no one write to the database, until unlock-database or the story ends
//	tmpfs DIR SIZE            mount a small disk there, until the story ends
//	gotest PACKAGE NAME       a test of our own passes, of the sources that the program was built from
//	at-end COMMAND…           when the story ends, well or not: stop what it started
//	cluster FILE              raise a cluster that speaks to kubectl, with the objects of FILE; $KUBECONFIG is its administrator's,
//	                          and the file kubeconfig has a context for each Role of FILE
//	freeport NAME             $NAME is a port of loopback that is free
//	sshd NAME                 raise another machine: a real sshd on loopback, a host of the catalog, with the folder NAME as home
//	machine NAME [ZONE]       raise another machine whose root is its own: a host of the catalog, over SSH, with a real systemd
//	in NAME COMMAND…          run a command on such a machine; $MACHINES is the folder of what makes them
//	newkey NAME               give it another host key
//	cut NAME                  end its connections in the middle
//	unplug NAME               end its sshd
//	freeze NAME               let those who serve its connections hang
//	between NAME              put a bad network before it
//	ail NAME ILLNESS [A=N]…   make that network ill, in the words of toxiproxy
//	heal NAME                 make it well
//	deputy                    make a user of this machine, $DEPUTY, whom sudo asks for a password; $DEPUTY_RULES is a file of
//	                          sudo's that can say otherwise; both go when the story ends
//	fleet N DOWN              raise N hosts that answer over SSH in this process, as the service fleet; so many of ten are down
//	postgres                  raise a PostgreSQL server, with a database for this story
//	standby                   raise another that follows it, at $PRENTICE_STANDBY; lag lets it hear nothing more, and fail-over ends the first and
//	                          goes on with it
//	replica NAME [ARG…]       start one of several servers on it and go on there; with !, that it does not become ready
//	together NAME NAME…       start several at the same moment, and go on at the last
//	kill-lead                 end the one that leads with SIGKILL, and go on at another
//	gitforge up KIND          raise a forge with one repository, team/shop, at $FORGE, $FORGE_DIR on its disk; its token is in forge-token
//	gitforge propose [fork:]BRANCH TITLE AUTHOR, say NUMBER AUTHOR TEXT, close NUMBER, reopen NUMBER, tells HOOK SECRET
//	                          what people do there, and its webhook; ill CODE|lost|closed|not: how it does
//	gitforge status REF CONTEXT PATTERN, pull NUMBER STATE, comment NUMBER PATTERN, faults
//	                          what prentice said there by now, or soon; there is one comment of it; it asked nothing undocumented
//	s3 up|down|refuse         raise a storage that speaks S3, with a bucket, and keep finished parts of logs there;
//	                          let it be away, or refuse everyone; what is in it stays
//	stored PATTERN            it has an object of such a name by now, or soon; with !, none by now, or soon
//	at NAME                   go on at that replica; its port is $PORT
//	kill-replica NAME         end it with SIGKILL; freeze-replica and thaw-replica stop it and let it go on; stop-replica ends it in order
package stories

import (
	"context"
	"embed"
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/boot"
)

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "4"); err != nil { // stories wait more than they work
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"prentice": func() { os.Exit(program()) },
	})
}

func program() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	build := boot.Build{Version: "story", Commit: "none", Helpers: embed.FS{}}
	if folder := os.Getenv("PRENTICE_STORY_HELPER"); folder != "" {
		build.Helpers = os.DirFS(folder)
	}
	return boot.Main(ctx, build, os.Args[1:])
}

// cast is everyone who may appear.
var cast = []string{"olga", "ann", "ben", "oz", "vic", "mallory", "bot"}

// vocabulary is what a story may say beside testscript's own commands.
func vocabulary() map[string]func(*testscript.TestScript, bool, []string) {
	words := map[string]func(*testscript.TestScript, bool, []string){
		"team": team, "earlier": earlier, "person": person, "token": token, "code": code, "version": version, "up": up, "down": down, "kill9": kill9, "blackout": blackout, "said": said, "rss": rss,
		"await": await, "until": until, "soon": soon, "http": ask, "status": status, "session": session, "forbidden": forbidden, "storm": storm, "flip": flip, "sql": statement, "forge": forge, "nowhere": nowhere, "tmpfs": tmpfs, "sshd": sshd, "machine": machine, "in": in, "newkey": newkey, "cut": cut, "unplug": unplug, "between": between, "ail": ail, "heal": heal, "freeze": freeze, "deputy": deputy, "gotest": goTest, "postgres": postgres, "standby": standby, "lag": lag, "fail-over": failOver, "replica": replica, "together": together, "kill-lead": killLead, "at": at,
		"kill-replica": lose(syscall.SIGKILL), "freeze-replica": lose(syscall.SIGSTOP), "thaw-replica": lose(syscall.SIGCONT), "stop-replica": lose(syscall.SIGTERM),
		"gitforge": gitForge, "taken": taken, "freeport": freePortWord, "at-end": atEnd, "attend": attend, "hostile-pushes": hostilePushes,
		"s3": s3, "stored": isStored, "signed": isSigned, "fleet": fleet, "cluster": raiseCluster,
		"impostor": impostor, "provider": provider, "sso": sso, "browse": browse, "totp": totpWord, "password": byPassword, "slow-bodies": slowBodies, "freeze-server": still(syscall.SIGSTOP), "thaw-server": still(syscall.SIGCONT),
		"lock-database": lockDatabase, "govulncheck": govulncheck, "unlock-database": unlockDatabase,
	}
	for _, name := range cast {
		words[name] = func(ts *testscript.TestScript, neg bool, args []string) { as(ts, neg, name, args) }
	}
	return words
}

// slowest are the stories that wait longest, for minutes that begin or for hosts that do
// not answer. They are begun first, so that the others are told meanwhile.
var slowest = []string{"prototype_scaffold_change", "prototype_scaffolds", "schedule_held", "ssh_ways", "ssh_bad_days", "ssh_late_shell", "silences_shared", "stop_hangs", "maintenance_told", "heartbeat", "objective_counters"}

func TestStories(t *testing.T) {
	t.Parallel()
	t.Cleanup(func() { os.RemoveAll(nextVersion) }) //nolint:errcheck // it is in the system's own folder for such
	testscript.Run(t, testscript.Params{
		Files: slowestFirst(t, "*.txtar"), Setup: setup, RequireExplicitExec: true, RequireUniqueNames: true, Cmds: vocabulary(), Condition: condition,
	})
}

// What is done on other machines is done without the helper as well: not every host can
// have it.
func TestStoriesOfHostsWithoutTheHelper(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Files: slowestFirst(t, "ssh*.txtar"), Setup: setupWithoutHelper, RequireExplicitExec: true, RequireUniqueNames: true, Cmds: vocabulary(), Condition: condition,
	})
}

// slowestFirst are the stories of such names.
func slowestFirst(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	slices.SortStableFunc(files, func(a, b string) int { return place(a) - place(b) })
	return files
}

// place is where a story stands among the slowest, or behind them.
func place(file string) int {
	if i := slices.Index(slowest, strings.TrimSuffix(file, ".txtar")); i >= 0 {
		return i
	}
	return len(slowest)
}

func TestTheSlowestStoriesAreThere(t *testing.T) {
	first := slowestFirst(t, "*.txtar")[:len(slowest)]
	for i, name := range slowest {
		if first[i] != name+".txtar" {
			t.Errorf("%s is told in the place of %s: is it gone?", first[i], name)
		}
	}
}

// condition knows whether this machine lets us mount a disk of our own, has an
// sshd and a kubectl, and lets us make users for a real sudo.
func condition(name string) (bool, error) {
	if name == "sshd" {
		return sshdPath() != "", nil
	}
	if name == "machines" {
		return hasMachines(), nil
	}
	if name == "postgres" {
		return hasPostgres(), nil
	}
	if name == "kubectl" {
		return hasKubectl(), nil
	}
	if name == "sudo" {
		return canDeputise(), nil
	}
	if name != "disks" {
		return false, nil
	}
	return os.Geteuid() == 0 && exec.Command("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/tmp").Run() == nil, nil
}
