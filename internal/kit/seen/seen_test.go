package seen

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"
)

func TestAProcessThatIsOnlyRememberedIsEnding(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: there is no /proc here")
	}
	if Ending(os.Getpid()) {
		t.Error("this process is said to end")
	}
	c := exec.Command("sh", "-c", "read x")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if Ending(c.Process.Pid) {
		t.Error("one that waits is said to end")
	}
	in.Close() //nolint:errcheck // it ends then, and is remembered until it is waited for
	for deadline := time.Now().Add(time.Minute); !Ending(c.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("one that has ended is said to go on")
		}
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(c.Process.Pid)); err != nil {
		t.Error("it was not even remembered")
	}
	c.Wait() //nolint:errcheck // it ended as it did
	if !Ending(c.Process.Pid) {
		t.Error("one that is no more is said to go on")
	}
}
