import { catalogue } from '../../data/catalogue.ts';
import { linkTo, params } from '../../data/router.ts';
import { namePattern } from '../../lib/name-pattern.ts';
import { natural } from '../../lib/rack-map.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { TableHead } from '../../parts/table-head.tsx';

/** Every metric that any host sends. */
export function MetricsPage() {
  const pattern = params.value.get('name') ?? '';
  const takes = namePattern(pattern);
  const shown = catalogue.value
    .filter((metric) => takes(`${metric.name} ${metric.title} ${metric.group}`))
    .sort((a, b) => natural(a.group, b.group) || natural(a.name, b.name));
  return (
    <>
      <div class="page-head">
        <h1>Metrics</h1>
        <SearchField param="name" label="Filter metrics" placeholder="name, title or group" />
        <span class="faint">
          {shown.length} of {catalogue.value.length}
        </span>
      </div>
      <section class="panel scroll" aria-label="Metrics">
        <table class="list">
          <TableHead columns={['Group', 'Name', 'Title', 'Units', 'Labels', { right: 'Hosts' }]} />
          <tbody>
            {shown.map((metric) => (
              <tr key={metric.name}>
                <td class="faint">{metric.group}</td>
                <th scope="row">
                  {metric.type === 'string' ? (
                    metric.name
                  ) : (
                    <a href={linkTo({ name: 'metric', metric: metric.name })}>{metric.name}</a>
                  )}
                </th>
                <td title={metric.description}>{metric.title}</td>
                <td>{metric.units}</td>
                <td class="faint">{metric.labelNames.join(', ')}</td>
                <td class="right">{metric.hostCount}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
