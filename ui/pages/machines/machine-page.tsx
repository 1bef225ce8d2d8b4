export function MachinePage({ name }: { name: string }) {
  return <p>{name}</p>;
}
