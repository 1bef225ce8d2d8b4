import assert from 'node:assert/strict';
import test from 'node:test';
import {
  cellAt,
  cellsIn,
  groupHosts,
  groupings,
  layout,
  type MapHost,
  neighbour,
} from './rack-map.ts';

function cluster(count: number, racks: number): MapHost[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    state: index === 3 ? 'down' : 'up',
    labels: { rack: `r${index % racks}`, class: index % 2 ? 'WEB' : 'DB', serial: `s${index}` },
  }));
}

test('hosts are grouped in natural order, those without the label last', () => {
  const hosts: MapHost[] = [
    { name: 'x', state: 'up', labels: {} },
    { name: 'n10', state: 'up', labels: { rack: 'r2' } },
    { name: 'n9', state: 'up', labels: { rack: 'r2' } },
    { name: 'a', state: 'up', labels: { rack: 'r10' } },
  ];
  const groups = groupHosts(hosts, 'rack').map(({ name, hosts: members }) => [
    name,
    ...members.map((host) => host.name),
  ]);
  assert.deepEqual(groups, [
    ['r2', 'n9', 'n10'],
    ['r10', 'a'],
    ['other', 'x'],
  ]);
});

test('a label that only objects have is no label', () => {
  const [group] = groupHosts(cluster(3, 1), 'constructor');
  assert.equal(group?.name, 'other');
});

test('within a rack the highest unit is on top', () => {
  const hosts = [1, 20, 3].map((u) => ({
    name: `n${u}`,
    state: 'up',
    labels: { rack: 'r1', u: String(u) },
  }));
  assert.deepEqual(
    groupHosts(hosts, 'rack')[0]!.hosts.map((host) => host.name),
    ['n20', 'n3', 'n1'],
  );
});

test('labels that make groups are offered, rack first, and state always', () => {
  assert.deepEqual(groupings(cluster(20, 4)), ['rack', 'class', 'state']);
  assert.deepEqual(groupings([]), ['state']);
});

const sizes: readonly [hosts: number, racks: number, width: number, height: number][] = [
  [1, 1, 700, 400],
  [200, 8, 700, 400],
  [200, 1, 700, 400],
  [200, 40, 700, 400],
  [200, 8, 360, 400],
  [2_000, 80, 700, 400],
  [0, 1, 700, 400],
];
for (const [count, racks, width, height] of sizes) {
  test(`${count} hosts in ${racks} racks on ${width} × ${height}: every host once, none over another, none outside`, () => {
    const map = layout(groupHosts(cluster(count, racks), 'rack'), width, height);
    assert.deepEqual(
      map.cells.map((cell) => cell.host),
      Array.from({ length: count }, (_, index) => index),
    );
    assert.equal(new Set(map.cells.map((cell) => `${cell.x},${cell.y}`)).size, count);
    for (const cell of map.cells) {
      assert.ok(cell.x >= 0 && cell.x + map.cellWidth <= width, `x ${cell.x} + ${map.cellWidth}`);
      assert.ok(cell.y + map.cellHeight <= map.height);
    }
    if (count <= 200 && racks <= 8 && width >= 700) assert.ok(map.height <= height, 'no scrolling');
  });
}

test('a point finds its cell, a box all that it touches, an arrow the next one', () => {
  const map = layout(groupHosts(cluster(20, 2), 'rack'), 700, 400);
  const cell = map.cells[12]!;
  assert.equal(cellAt(map, cell.x + 1, cell.y + 1), 12);
  assert.equal(cellAt(map, 5_000, 0), -1);
  const box = { left: 0, top: 0, right: map.cellWidth, bottom: map.height };
  assert.deepEqual(cellsIn(map, box), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(neighbour(map, 0, 0, 1), 1);
  assert.equal(neighbour(map, 0, 1, 0), 10);
  assert.equal(neighbour(map, 0, -1, 0), 0);
});
