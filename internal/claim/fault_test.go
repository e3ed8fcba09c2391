package claim

import (
	"os"
	"testing"
)

// Takes minutes; make faults runs it.
func TestFaultManyClaims(t *testing.T) {
	if os.Getenv("XIANFENG_FAULTS") == "" {
		t.Skip("set XIANFENG_FAULTS=1")
	}
	manyClaims(t, 1000)
}
