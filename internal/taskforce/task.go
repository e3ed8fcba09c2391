package taskforce

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// The states of a task.
const (
	TaskTodo    = "todo"
	TaskDoing   = "doing"
	TaskDone    = "done"
	TaskDropped = "dropped"
	TaskOpen    = "open" // to do or being done: a filter, and no state that is kept
	TaskLate    = "late" // open, and its day is over: a filter
)

var taskTitles = map[string]string{TaskTodo: "待办", TaskDoing: "进行中", TaskDone: "已完成", TaskDropped: "不再办理"}

// Task is work of a taskforce: who, until when, how far (rule 27).
type Task struct {
	ID        uuid.UUID      `json:"id"`
	Title     string         `json:"title"`
	Detail    string         `json:"detail"`
	Owner     PersonRef      `json:"owner" doc:"Who sees to it"`
	DueOn     calendar.Date  `json:"due_on"`
	State     string         `json:"state" enum:"todo,doing,done,dropped"`
	Note      string         `json:"note" doc:"How it was done, or why dropped"`
	DoneOn    *calendar.Date `json:"done_on,omitempty"`
	Late      bool           `json:"late" doc:"Open, and its day is over"`
	CreatedBy string         `json:"created_by"`
	CreatedAt time.Time      `json:"created_at"`
	Mine      bool           `json:"mine"`
	CanMove   bool           `json:"can_move" doc:"You may give it another state"`
	CanEdit   bool           `json:"can_edit" doc:"You may change what it says, its owner and its day"`
	Version   int            `json:"version"`
}

func (t *Task) open() bool { return t.State == TaskTodo || t.State == TaskDoing }

// TaskInput is a task as entered.
type TaskInput struct {
	Title   string        `json:"title" minLength:"1" maxLength:"80"`
	Detail  string        `json:"detail,omitempty" required:"false" maxLength:"1000"`
	Owner   uuid.UUID     `json:"owner_id"`
	DueOn   calendar.Date `json:"due_on"`
	Version int           `json:"version,omitempty" required:"false" doc:"Of the one that is changed"`
}

// check puts a task right, or says what to write; was is the day it had before.
func (in *TaskInput) check(f stage, was, today calendar.Date) error {
	in.Title, in.Detail = sheet.Clean(in.Title), strings.TrimSpace(in.Detail)
	var bad []fault.Detail
	if !worded(in.Title, 80) {
		bad = append(bad, fault.Detail{Field: "title", Message: "请写明任务，不超过 80 个字"})
	}
	if in.Detail != "" && !worded(in.Detail, 1000) {
		bad = append(bad, fault.Detail{Field: "detail", Message: "说明不能超过 1000 个字"})
	}
	switch {
	case !in.DueOn.Valid():
		bad = append(bad, fault.Detail{Field: "due_on", Message: "请选择完成期限"})
	case in.DueOn == was:
	case in.DueOn.Before(today):
		bad = append(bad, fault.Detail{Field: "due_on", Message: "完成期限不能早于今天"})
	case in.DueOn.Before(f.From):
		bad = append(bad, fault.Detail{Field: "due_on", Message: "完成期限不能早于成立日期 " + f.From.Chinese()})
	}
	return fault.Fields(bad)
}

// checkMove puts the note of a move right, or says why it cannot be.
func checkMove(t Task, state, note string) (string, error) {
	note = strings.TrimSpace(note)
	switch {
	case !slices.Contains([]string{TaskTodo, TaskDoing, TaskDone, TaskDropped}, state):
		return "", fault.Field("state", "没有这种状态，请从列表中选择")
	case t.State == state:
		return "", fault.New(fault.Conflict, "这项任务已是“"+taskTitles[state]+"”，请刷新后查看")
	case state == TaskDropped && note == "":
		return "", fault.Field("note", "请写明不再办理的原因")
	case utf8.RuneCountInString(note) > 300 || strings.ContainsRune(note, 0):
		return "", fault.Field("note", "说明请写在 300 字以内")
	}
	return note, nil
}

// TaskFilter narrows the tasks of a taskforce.
type TaskFilter struct {
	State  string // todo, doing, done, dropped, open, late; empty: all
	Owner  uuid.UUID
	Cursor string
	Limit  int
}

// TaskPage is a part of the tasks, open ones first, by their day.
type TaskPage struct {
	Items  []Task `json:"items"`
	Next   string `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total  int    `json:"total"`
	CanAdd bool   `json:"can_add"`
}

// taskKey is where a list of tasks goes on.
type taskKey struct {
	Closed bool          `json:"c"`
	Due    calendar.Date `json:"d"`
	ID     uuid.UUID     `json:"i"`
}

func (k taskKey) String() string { return keyText(k) }

func keyText(k any) string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // days and ids
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readKey(text string, k any) error {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, k)
	}
	if err != nil {
		return fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return nil
}
