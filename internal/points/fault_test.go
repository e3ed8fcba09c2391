package points

import (
	"os"
	"runtime"
	"testing"
)

// long skips what takes minutes; make faults runs it.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("XIANFENG_FAULTS") == "" {
		t.Skip("set XIANFENG_FAULTS=1")
	}
}

func TestFaultManyWriters(t *testing.T) {
	long(t)
	manyWriters(t, 1000)
}

func TestFaultAnyHistory(t *testing.T) {
	long(t)
	histories(t, 10_000, runtime.NumCPU())
}
