package db

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Who wrote goes on once that is on the disk, also while the next commit is under way.
func TestAWriteIsToldAsSoonAsItIsCommitted(t *testing.T) {
	d, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "told.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.leader <- struct{}{} // a commit is under way
	told := make(chan error, 1)
	go func() { told <- d.Write(t.Context(), func(*Tx) error { return nil }) }()
	waits := func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.waiting) == 1 }
	for !waits() {
		runtime.Gosched()
	}
	d.commit(d.take(nil))
	select {
	case err := <-told:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it waits for a commit that it has no part in")
	}
	<-d.leader
}
