import './views.css';
import { ViewList } from './view-list.tsx';
import { ViewPage } from './view-page.tsx';
import type { ViewsPage } from './views-area.tsx';
import { Wall } from './wall.tsx';

export function ViewsPages({ page }: { page: ViewsPage }) {
  switch (page.name) {
    case 'views':
      return <ViewList />;
    case 'view':
      return <ViewPage key={page.view} name={page.view} />;
    case 'wall':
      return <Wall />;
  }
}
