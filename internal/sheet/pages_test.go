package sheet

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A sheet is scaled to its pages where else only the places to sign would stand on one
// more; where a row goes with them, they are left there.
func TestSignaturesHaveCompany(t *testing.T) {
	columns := []Column{{Key: "name", Title: "姓名", Width: 40}, {Key: "n", Title: "人次", Kind: Int, Width: 20, Total: true}, {Key: "text", Title: "内容", Width: 60}}
	seen := map[int]int{}
	for n := range 60 {
		var b bytes.Buffer
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = []any{fmt.Sprint("党员", i), i, "记录"}
		}
		if err := Write(&b, Sheet{Name: "表", Frame: Frame{Title: "名单", Unit: "滨河区人民检察院"}, Columns: columns, Rows: RowsOf(rows)}); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		page, err := f.GetPageLayout("表")
		if err != nil || *page.FitToWidth != 1 {
			t.Fatal(page, err)
		}
		fit := 0
		if page.FitToHeight != nil {
			fit = *page.FitToHeight
		}
		seen[fit]++
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// A page takes some twenty rows and the tail three of them.
	for _, fit := range []int{1, 2} {
		if seen[fit] < 2 || seen[fit] > 4 {
			t.Errorf("made to fit so many pages so many times: %v", seen)
		}
	}
	if seen[0] < 50 {
		t.Errorf("made to fit without need: %v", seen)
	}
}
