package points

import (
	"context"
	"io"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// SchemeSheet writes a version as a workbook; it can be read back as a new draft.
func (s *Service) SchemeSheet(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, w io.Writer) error {
	one, err := s.Scheme(ctx, by, scope, id)
	if err != nil {
		return err
	}
	terms, err := factTermsOf(ctx, s.db, s.facts, scope.Unit())
	if err != nil {
		return err
	}
	unit, err := unitName(ctx, s.db, scope.Unit())
	if err != nil {
		return err
	}
	return sheet.Write(w, one.sheets(unit, s.today(), terms)...)
}

// SchemeTemplate writes the empty form of a scheme's rules.
func (s *Service) SchemeTemplate(ctx context.Context, scope access.Scope, w io.Writer) error {
	terms, err := factTermsOf(ctx, s.db, s.facts, scope.Unit())
	if err != nil {
		return err
	}
	return sheet.WriteTemplate(w, schemeTemplate(terms))
}

// ReadSchemeImport reads a workbook as a version and says what a draft with it would
// change of the one it revises (zero: the one in force). Nothing is kept.
func (s *Service) ReadSchemeImport(ctx context.Context, by access.Actor, scope access.Scope, name string, data []byte, basedOn uuid.UUID) (SchemeImport, error) {
	out := SchemeImport{FileName: sheet.Shorten(strings.TrimSpace(name), 200), Problems: []sheet.RowError{}, Notes: []string{}}
	if !scope.Whole() {
		return out, fault.New(fault.Forbidden, "导入积分办法需要全院范围的权限")
	}
	book, err := sheet.Open(data, sheet.DefaultLimits())
	if err != nil {
		return out, err
	}
	all, err := s.Schemes(ctx, by, scope)
	if err != nil {
		return out, err
	}
	if basedOn == uuid.Nil {
		in := inForce(all, s.today(), uuid.Nil)
		if in == nil {
			return out, fault.Field("based_on", "今天还没有生效的积分办法，请选择所修订的版本")
		}
		basedOn = in.ID
	}
	base, err := openScheme(ctx, s.db, scope.Unit(), all, basedOn, s.today())
	if err != nil {
		return out, err
	}
	terms, err := factTermsOf(ctx, s.db, s.facts, scope.Unit())
	if err != nil {
		return out, err
	}
	r, err := readScheme(book, base, terms, nextQuarter(s.today()))
	if err != nil {
		return out, err
	}
	out.Text, out.Rows, out.Bad = r.text, len(r.rules), r.bad()
	out.Problems, out.Notes = append(out.Problems, r.problems...), append(out.Notes, r.notes...)
	read := Scheme{State: SchemeDraft}
	read.put(r.text)
	out.Comparison = compare(&base, read, terms)
	return out, nil
}
