package file

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"xianfeng/internal/fault"
)

// format is a kind of content that is taken, known by its bytes.
type format struct {
	title   string // as people call it
	media   string
	endings []string // of its name; the first is given to a name without one
	note    string
}

const accepted = "可以上传:PDF、OFD、图片（JPG、PNG、WebP、HEIC）、Word/Excel/PPT 或 WPS 文档、TXT、MP3、MP4"

const oldOffice = "旧版 Office/WPS 格式，建议另存为 PDF 或 docx/xlsx/pptx 再上传，便于日后打开"

// Bounds on what is looked at inside a container; nothing is ever unpacked.
const (
	maxParts    = 5000
	maxContents = 1 << 20 // bytes of [Content_Types].xml
)

// detect tells a format by its content alone. Refused: what is not on the list,
// office documents with macros, and containers that cannot be read.
func detect(r io.ReaderAt, size int64, name string) (format, error) {
	head := make([]byte, 512)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return format{}, err
	}
	head = head[:n]
	has := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	switch {
	case size == 0:
		return format{}, fault.Field("file", "文件是空的，请重新选择")
	case has(0, "%PDF-"):
		return format{"PDF", "application/pdf", []string{".pdf"}, ""}, nil
	case has(0, "\xff\xd8\xff"):
		return format{"JPEG 图片", "image/jpeg", []string{".jpg", ".jpeg"}, ""}, nil
	case has(0, "\x89PNG\r\n\x1a\n"):
		return format{"PNG 图片", "image/png", []string{".png"}, ""}, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return format{"WebP 图片", "image/webp", []string{".webp"}, ""}, nil
	case has(4, "ftyp"):
		return brand(string(head[8:min(len(head), 12)]))
	case has(0, "ID3"), len(head) > 1 && head[0] == 0xff && head[1]&0xe6 == 0xe2: // MPEG layer III
		return format{"MP3 录音", "audio/mpeg", []string{".mp3"}, ""}, nil
	case has(0, "PK\x03\x04"):
		return archive(r, size)
	case has(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return compound(r, size)
	}
	if strings.EqualFold(path.Ext(name), ".txt") && isText(r, size) {
		return format{"文本", "text/plain", []string{".txt"}, ""}, nil
	}
	return format{}, fault.Field("file", "不支持这种文件。"+accepted)
}

// brand reads the family of an ISO media file.
func brand(b string) (format, error) {
	switch b {
	case "heic", "heix", "heim", "heis", "mif1", "msf1":
		return format{"HEIC 图片", "image/heic", []string{".heic", ".heif"}, ""}, nil
	case "M4A ", "M4B ":
		return format{"M4A 录音", "audio/mp4", []string{".m4a"}, ""}, nil
	case "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "qt  ", "3gp4", "3gp5":
		return format{"MP4 录像", "video/mp4", []string{".mp4", ".mov", ".m4v", ".3gp"}, ""}, nil
	}
	return format{}, fault.Field("file", "不支持这种音视频格式，请转为 MP4 或 MP3。"+accepted)
}

// archive tells documents that are ZIP archives from other archives.
func archive(r io.ReaderAt, size int64) (format, error) {
	broken := fault.Field("file", "文件已损坏或不是完整的文档，请用 Office 或 WPS 打开并重新保存后再上传")
	z, err := zip.NewReader(r, size)
	if err != nil || len(z.File) > maxParts {
		return format{}, broken
	}
	var types *zip.File
	for _, f := range z.File {
		switch low := strings.ToLower(f.Name); {
		case f.Name == "OFD.xml":
			return format{"OFD 版式文件", "application/ofd", []string{".ofd"}, ""}, nil
		case f.Name == "[Content_Types].xml":
			types = f
		case strings.HasSuffix(low, "vbaproject.bin"), strings.HasPrefix(low, "xl/macrosheets/"):
			return format{}, fault.Field("file", "文档里有宏，不能上传；请另存为不带宏的 docx/xlsx/pptx 或 PDF")
		}
	}
	if types == nil {
		return format{}, fault.Field("file", "不支持压缩包，请把里面的文件逐个上传。"+accepted)
	}
	part, err := types.Open()
	if err != nil {
		return format{}, broken
	}
	defer func() { _ = part.Close() }()
	b, err := io.ReadAll(io.LimitReader(part, maxContents))
	if err != nil {
		return format{}, broken
	}
	text := string(b)
	const family = "application/vnd.openxmlformats-officedocument."
	switch {
	case strings.Contains(strings.ToLower(text), "macroenabled"), strings.Contains(text, "vnd.ms-office.vbaProject"):
		return format{}, fault.Field("file", "文档里有宏，不能上传；请另存为不带宏的 docx/xlsx/pptx 或 PDF")
	case strings.Contains(text, "wordprocessingml.document.main+xml"):
		return format{"Word 文档", family + "wordprocessingml.document", []string{".docx"}, ""}, nil
	case strings.Contains(text, "spreadsheetml.sheet.main+xml"):
		return format{"Excel 工作簿", family + "spreadsheetml.sheet", []string{".xlsx"}, ""}, nil
	case strings.Contains(text, "presentationml.presentation.main+xml"):
		return format{"演示文稿", family + "presentationml.presentation", []string{".pptx"}, ""}, nil
	}
	return format{}, fault.Field("file", "不支持这种文件。"+accepted)
}

// compound tells old office documents by the names of their streams, which stand
// in UTF-16 in the directory.
func compound(r io.ReaderAt, size int64) (format, error) {
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return format{}, err
	}
	has := func(stream string) bool {
		wide := make([]byte, 0, 2*len(stream)+2)
		for _, c := range []byte(stream) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(b, append(wide, 0, 0))
	}
	if has("_VBA_PROJECT") || has("_VBA_PROJECT_CUR") || has("Macros") {
		return format{}, fault.Field("file", "文档里有宏，不能上传；请另存为不带宏的 docx/xlsx/pptx 或 PDF")
	}
	switch {
	case has("WordDocument"):
		return format{"Word 97–2003 或 WPS 文字", "application/msword", []string{".doc", ".wps"}, oldOffice}, nil
	case has("Workbook"), has("Book"):
		return format{"Excel 97–2003 或 WPS 表格", "application/vnd.ms-excel", []string{".xls", ".et"}, oldOffice}, nil
	case has("PowerPoint Document"):
		return format{"PPT 97–2003 或 WPS 演示", "application/vnd.ms-powerpoint", []string{".ppt", ".dps"}, oldOffice}, nil
	}
	return format{}, fault.Field("file", "不支持这种文件。"+accepted)
}

// isText takes UTF-8 and GB18030 without control characters.
func isText(r io.ReaderAt, size int64) bool {
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return false
	}
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return false
		}
	}
	if utf8.Valid(b) {
		return true
	}
	wide, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	return err == nil && !bytes.ContainsRune(wide, utf8.RuneError)
}
