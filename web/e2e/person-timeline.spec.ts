import { expect, me, phone, read, sideways, test, type Answer } from './office'

test("one's own life as one time line, on a phone, and nobody else's without the right to it", async ({ as }) => {
  const [member, elsewhere] = [await as('member', { viewport: phone }), await as('leader31')]
  const { person } = await me(member)
  const line = await read<Answer<'/api/people/{id}/timeline'>>(member, `/api/people/${person.id}/timeline?limit=20`)
  expect(line.items.length).toBeGreaterThan(5)
  expect(new Set(line.items.map((i) => i.kind)).size, 'of several kinds').toBeGreaterThan(2)

  await member.goto('/')
  await member.goto('/my-timeline')
  await expect(member.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(member.getByText(line.items[0]!.title).first()).toBeVisible()
  await expect.poll(() => sideways(member)).toBe(0)

  const refused = await elsewhere.request.get(`/api/people/${person.id}/timeline`)
  expect([403, 404]).toContain(refused.status())
})
