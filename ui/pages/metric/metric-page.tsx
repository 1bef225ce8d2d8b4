export function MetricPage({ name }: { name: string }) {
  return <p>{name}</p>;
}
