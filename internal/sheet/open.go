package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"xianfeng/internal/fault"
)

// Limits bound what an uploaded workbook may cost us. Sizes are bytes as they
// really inflate; what the archive's own headers claim is not believed.
type Limits struct {
	File     int // the file as sent
	Part     int // one part, inflated
	Unpacked int // all parts, inflated
	Parts    int // number of parts
	Sheets   int
	Rows     int // last row number of a sheet
	Columns  int // cells beyond are ignored
}

// DefaultLimits are those of reports.md.
func DefaultLimits() Limits {
	return Limits{File: 20 << 20, Part: 16 << 20, Unpacked: 50 << 20, Parts: 500, Sheets: 100, Rows: 100_000, Columns: 200}
}

// Book is an opened workbook whose parts have been inflated once and counted.
// Rows are read again from the file as they are asked for.
type Book struct {
	// Dates is the epoch of the workbook's date serials.
	Dates  DateSystem
	limits Limits
	parts  map[string]*zip.File
	sheets []bookSheet
	texts  []string
	styles []bool // by cell format: is it a date format
}

// field is the input field that complaints about an upload are filed under.
const field = "file"

func refuse(message string) error { return fault.Field(field, message) }

func refusef(format string, args ...any) error {
	return fault.Field(field, fmt.Sprintf(format, args...))
}

// damaged keeps the cause for the log and tells the person what to do.
func damaged(cause error) error {
	f := fault.Wrap(cause, fault.Invalid, "这个文件已损坏或不是标准的 Excel 工作簿,请用 Excel 或 WPS 打开后另存为 .xlsx 再上传")
	f.Field = field
	return f
}

// Open checks a workbook that came from outside and reads its directory.
// Refused, each with its own sentence: what is not an .xlsx, files with macros
// or a password, and files that unpack past the limits or lie about their size.
func Open(data []byte, limits Limits) (*Book, error) {
	if err := checkMagic(data, limits); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, damaged(err)
	}
	if len(z.File) > limits.Parts {
		return nil, refusef("文件内部部件过多(%d 个,最多 %d 个),请只保留需要导入的工作表", len(z.File), limits.Parts)
	}
	if len(z.File) > 0 && z.File[0].Name == "mimetype" {
		return nil, refuse("这是 .ods 文件,请用 WPS 或 LibreOffice 另存为 .xlsx 再上传")
	}
	b := &Book{limits: limits, parts: make(map[string]*zip.File, len(z.File))}
	total := 0
	for _, f := range z.File {
		name := partName(f.Name)
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if _, twice := b.parts[name]; twice {
			return nil, damaged(fmt.Errorf("part %q occurs twice", name))
		}
		if err := refuseByName(name); err != nil {
			return nil, err
		}
		b.parts[name] = f
		n, err := inflatedSize(f, min(limits.Part, limits.Unpacked-total))
		if errors.Is(err, errTooLarge) {
			return nil, refusef("文件解压后过大(单个部件不超过 %d MB,合计不超过 %d MB),请删去图片和多余的内容后再上传",
				limits.Part>>20, limits.Unpacked>>20)
		}
		if err != nil {
			return nil, damaged(fmt.Errorf("part %q: %w", name, err))
		}
		total += n
	}
	if err := b.readDirectory(); err != nil {
		return nil, err
	}
	return b, nil
}

// checkMagic names the usual wrong files by what they are.
func checkMagic(data []byte, limits Limits) error {
	head := bytes.ToLower(bytes.TrimLeft(data[:min(len(data), 512)], "\xef\xbb\xbf \t\r\n"))
	switch {
	case len(data) == 0:
		return refuse("文件是空的,请重新选择")
	case len(data) > limits.File:
		return refusef("文件超过 %d MB,请拆分后再上传", limits.File>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		if bytes.Contains(data, utf16le("EncryptedPackage")) {
			return refuse("文件设有打开密码,请在 Excel 或 WPS 中取消密码后再上传")
		}
		return refuse("这是旧版 .xls 文件,请用 Excel 或 WPS 另存为 .xlsx 再上传")
	case bytes.HasPrefix(head, []byte("%pdf")):
		return refuse("这是 PDF 文件,请上传 .xlsx 工作簿")
	case bytes.HasPrefix(head, []byte("<")):
		return refuse("这是网页或 XML 文件,只是改了扩展名,请用 Excel 或 WPS 打开后另存为 .xlsx 再上传")
	case bytes.HasPrefix(data, []byte("Rar!")), bytes.HasPrefix(data, []byte("7z\xBC\xAF")):
		return refuse("这是压缩包,请解压后上传其中的 .xlsx 工作簿")
	case bytes.IndexByte(data[:min(len(data), 4096)], 0) < 0:
		return refuse("这是文本文件(如 .csv),请用 Excel 或 WPS 打开后另存为 .xlsx 再上传")
	}
	return refuse("这不是 Excel 工作簿,请上传 .xlsx 文件")
}

// refuseByName catches what a macro workbook consists of, whatever its
// content types claim.
func refuseByName(name string) error {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "vbaproject"), strings.HasPrefix(base, "vbadata"),
		strings.HasPrefix(name, "xl/macrosheets/"), strings.HasPrefix(name, "xl/activex/"):
		return refuse("文件含有宏,为安全起见不予导入,请另存为不含宏的 .xlsx 再上传")
	case strings.HasSuffix(base, ".bin") && strings.HasPrefix(name, "xl/worksheets/sheet"):
		return refuse("这是 .xlsb 二进制工作簿,请另存为 .xlsx 再上传")
	}
	return nil
}

var errTooLarge = errors.New("sheet: part is larger than allowed")

// inflatedSize reads a part to its end. archive/zip itself complains when the
// bytes do not match the claimed size or checksum: such a part would read as
// empty elsewhere.
func inflatedSize(f *zip.File, limit int) (int, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, int64(limit)+1))
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	if n > int64(limit) {
		return 0, errTooLarge
	}
	return int(n), err
}

// part inflates one part for reading. The limit holds here too.
func (b *Book) part(name string) (io.ReadCloser, error) {
	f, ok := b.parts[partName(name)]
	if !ok {
		return nil, fmt.Errorf("no part %q", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, int64(b.limits.Part)), r}, nil
}

// partName makes names comparable: programs write them with other slashes,
// another case, or from the root.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func utf16le(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}
