package envcontainer

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"prentice"
	"prentice/internal/engine/environment"
)

func TestNetworksOfTwoEnvironmentsWithTheSameNamesDoNotMeet(t *testing.T) {
	w := newWorld(t)
	l, err := net.Listen("tcp", ":0") // at each address of the machine, as of a careless program
	if err != nil {
		t.Fatal(err)
	}
	machine := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte("the machine")) }))
	machine.Listener = l
	machine.Start()
	defer machine.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	var specs []environment.Spec
	for _, id := range []string{"one", "two"} {
		web := w.sh("web", "echo "+id+" > /tmp/index.html; exec httpd -f -p 8080 -h /tmp")
		apart := w.sh("apart", "exec httpd -f -p 8080 -h /tmp")
		apart.Networks = []string{"back"}
		both := w.sh("both", "sleep 10000")
		both.Networks = []string{"back", "default"}
		specs = append(specs, w.begin(environment.Spec{ID: id, Services: []environment.Service{web, apart, both}}))
	}
	for i, s := range specs {
		until(t, "its own web answers", func() bool {
			return strings.HasPrefix(w.in(s.ID, "both", "wget -qO- http://web:8080/"), s.ID+"\n")
		})
		if got := w.in(s.ID, "both", "nc -w 5 apart 8080 </dev/null && echo reached"); !strings.HasPrefix(got, "reached") {
			t.Errorf("a service in two networks reaches one alone: %q", got)
		}
		other := specs[1-i]
		theirs, err := w.stands(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		var reach []string
		for _, all := range theirs {
			for _, stand := range all {
				reach = append(reach, stand.at.String()+" 8080")
			}
		}
		addresses, _ := net.InterfaceAddrs()
		for _, a := range addresses {
			ip := a.(*net.IPNet).IP
			if ip.To4() != nil && !ip.IsLoopback() {
				reach = append(reach, ip.String()+" "+port)
			}
			if ip.To4() == nil && !ip.IsLoopback() {
				reach = append(reach, ip.String()+"%eth0 "+port)
			}
		}
		first := theirs["web"][0].network.Subnet.Masked().Addr().Next()
		mine, _ := w.stands(t.Context(), s)
		reach = append(reach, first.String()+" "+port, mine["web"][0].network.Subnet.Masked().Addr().Next().String()+" "+port,
			"169.254.169.254 80", "metadata.google.internal 80", "1.1.1.1 53", "example.com 80")
		for _, from := range []string{"web", "both", "apart"} {
			for _, to := range reach {
				if got := w.in(s.ID, from, "nc -w 1 "+to+" </dev/null 2>/dev/null && echo reached"); strings.Contains(got, "reached") {
					t.Errorf("%s of %s reaches %s", from, s.ID, to)
				}
			}
		}
		if got := w.in(s.ID, "web", "nc -w 2 apart 8080 </dev/null 2>/dev/null && echo reached"); strings.Contains(got, "reached") {
			t.Error("services without a network in common reach each other")
		}
	}
	if err := w.Remove(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if got := w.in("two", "both", "wget -qO- http://web:8080/"); got != "two\n[0]" {
		t.Errorf("what is left of the other: %q", got)
	}
}

func TestOnlyHostsThatAreNamedAreReached(t *testing.T) {
	w := newWorld(t)
	far := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte("far away")) }))
	defer far.Close()
	web := w.sh("web", "exec httpd -f -p 80 -h /etc")
	client := w.sh("client", "wget -qO- http://no.example/; wget -qO- http://"+far.Listener.Addr().String()+"/; env | sort; sleep 10000")
	w.begin(environment.Spec{ID: "e1", Services: []environment.Service{web, client}, Hosts: []string{"good.example:80"}})
	until(t, "it asked", func() bool { return strings.Contains(w.printed("e1", "client"), "http_proxy=http://127.0.0.1:3128") })
	// This machine is refused also to those who have a proxy, as is what is not named.
	if got := w.printed("e1", "client"); strings.Contains(got, "far away") || strings.Count(got, "403") != 2 {
		t.Errorf("%s", got)
	}
	if got := w.in("e1", "client", "wget -qO- http://good.example/"); !strings.Contains(got, "502") {
		t.Errorf("a host that is named is not asked for: %q", got)
	}
	if got := w.printed("e1", "client"); !strings.Contains(got, "no_proxy=localhost,127.0.0.1,::1,web,client\n") {
		t.Errorf("services are asked for by the proxy: %s", got)
	}
	// Another prentice after this one opens it again when it looks.
	w.Close()
	again := newBackend(t, w.engine, own)
	if _, err := again.States(t.Context(), "e1"); err != nil {
		t.Fatal(err)
	}
	w.Backend = again
	if got := w.in("e1", "client", "wget -qO- http://good.example/"); !strings.Contains(got, "502") {
		t.Errorf("nothing is open after a restart: %q", got)
	}
}

func TestAServiceIsHeldToWhatItMay(t *testing.T) {
	w := newWorld(t)
	one := w.sh("one", "sleep 10000")
	one.Limits = environment.Limits{Memory: 256 << 20, Processes: 40, Disk: 16 << 20}
	hungry := w.sh("hungry", "dd if=/dev/zero of=/dev/null bs=200M count=1")
	hungry.Limits.Memory = 64 << 20
	w.begin(environment.Spec{ID: "e1", Services: []environment.Service{one, hungry}, Limits: environment.Limits{Disk: 1 << 30}})
	for _, c := range [][2]string{
		{"mount -t tmpfs none /tmp 2>&1", "denied"},
		{"mknod /tmp/a b 8 0 2>&1", "not permitted"},
		{"ip link set eth0 down 2>&1; ip route add default dev eth0 2>&1", "not permitted"},
		{"ping -c 1 127.0.0.1 2>&1", "ermi"},
		{"(echo 1 > /proc/sys/kernel/sysrq) 2>/dev/null", "[1]"},
		{"dd if=/dev/zero of=/large bs=1M count=64 2>&1", "[153]"},
		{"unshare -U true 2>&1", "not permitted"},
		{"ls /var/run/docker.sock /run/podman/podman.sock " + os.TempDir() + "/pr-* 2>&1", "No such file"},
		{"for i in $(seq 100); do sleep 3 & done 2>&1; wait", "can't fork"},
	} {
		if got := w.in("e1", "one", c[0]); !strings.Contains(got, c[1]) {
			t.Errorf("%s: %q", c[0], got)
		}
	}
	until(t, "one that uses more memory is ended", func() bool {
		all, err := w.States(t.Context(), "e1")
		return err == nil && !all["hungry"].Running && all["hungry"].Code == 137 && all["hungry"].Killed
	})
}

func TestAnEnvironmentThatFillsTheDiskIsEnded(t *testing.T) {
	w := newWorld(t)
	full := w.sh("full", "i=0; while :; do i=$((i+1)); dd if=/dev/zero of=/data/$i bs=1M count=8 2>/dev/null; sleep 0.2; done")
	full.Mounts = []environment.Mount{{Volume: "data", To: "/data"}}
	s := w.begin(environment.Spec{ID: "e1", Services: []environment.Service{full}, Volumes: []string{"data"}, Limits: environment.Limits{Disk: 100 << 20}})
	var state environment.State
	until(t, "it is ended", func() bool {
		all, err := w.States(t.Context(), "e1")
		if err != nil {
			t.Fatal(err)
		}
		state = all["full"]
		return !state.Running
	})
	if !strings.Contains(state.Said, "on disk") {
		t.Errorf("%+v", state)
	}
	if err := w.Start(t.Context(), s, "full"); prentice.KindOf(err) != prentice.Limited {
		t.Error(err)
	}
}

func TestWhatIsAskedOfABackEndIsJudged(t *testing.T) {
	w := newWorld(t)
	good := w.sh("web", "true")
	for name, s := range map[string]environment.Spec{
		"an ID with dashes":       {ID: "a-b", Services: []environment.Service{good}},
		"no services":             {ID: "a"},
		"two with one name":       {ID: "a", Services: []environment.Service{good, good}},
		"a folder of a machine":   {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Mounts: []environment.Mount{{Path: "/etc", To: "/x"}}}}, Tree: fstest.MapFS{}},
		"a path that leads out":   {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Mounts: []environment.Mount{{Path: "../x", To: "/x"}}}}, Tree: fstest.MapFS{}},
		"a volume of another":     {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Mounts: []environment.Mount{{Volume: "v", To: "/x"}}}}},
		"a mount over /proc":      {ID: "a", Volumes: []string{"v"}, Services: []environment.Service{{Name: "a", Image: w.image, Mounts: []environment.Mount{{Volume: "v", To: "/proc/x"}}}}},
		"a file over /dev":        {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Files: []environment.File{{Path: "/dev/x"}}}}},
		"an image of an address":  {ID: "a", Services: []environment.Service{{Name: "a", Image: "169.254.169.254/x"}}},
		"an image of a neighbour": {ID: "a", Services: []environment.Service{{Name: "a", Image: "localhost:5000/x"}}},
		"an image with a query":   {ID: "a", Services: []environment.Service{{Name: "a", Image: "x?y=z"}}},
		"an alias with a line":    {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Aliases: []string{"a:1.2.3.4"}}}},
		"options of a tmpfs":      {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Tmpfs: []string{"/x:size=9g"}}}},
		"a user with a host":      {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, User: "a b"}}},
		"a provider alone":        {ID: "a", Services: []environment.Service{{Name: "a", Provider: "postgresql"}}},
		"more memory than all":    {ID: "a", Services: []environment.Service{{Name: "a", Image: w.image, Limits: environment.Limits{Memory: 8 << 30}}}},
		"a host that is none":     {ID: "a", Hosts: []string{"a b"}, Services: []environment.Service{good}},
		"a volume with a slash":   {ID: "a", Volumes: []string{"a/b"}, Services: []environment.Service{good}},
	} {
		var said bytes.Buffer
		err, prepared := w.Can(t.Context(), s), w.Prepare(t.Context(), s, &said)
		var e *prentice.Error
		if err == nil || prepared == nil || !errors.As(err, &e) || e.Hint == "" {
			t.Errorf("%s: %v, %v", name, err, prepared)
		}
	}
	if left := w.left(); len(left) > 0 {
		t.Error(left)
	}
	if err := w.Prepare(t.Context(), environment.Spec{ID: "a", Services: []environment.Service{{Name: "a", Image: "registry.invalid/none:1"}}}, &bytes.Buffer{}); prentice.KindOf(err) != prentice.Unavailable {
		t.Error(err)
	}
	if err := w.Remove(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}
