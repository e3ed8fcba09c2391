-- +goose Up
-- The time line of one person asks for what they hosted, recorded or lectured at; so do
-- those who may read a record because it names them.
CREATE INDEX activity_by_host ON activity_activities (unit_id, host_id) WHERE host_id IS NOT NULL;
CREATE INDEX activity_by_recorder ON activity_activities (unit_id, recorder_id) WHERE recorder_id IS NOT NULL;
CREATE INDEX activity_by_lecturer ON activity_activities (unit_id, lecturer_id) WHERE lecturer_id IS NOT NULL;
CREATE INDEX selection_honours_people ON selection_honours USING gin (people) WHERE people <> '{}';
