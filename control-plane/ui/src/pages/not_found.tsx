import { IconMapOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/empty';

export function NotFoundPage() {
  return (
    <div className="panel">
      <title>Not found · expt</title>
      <Empty icon={<IconMapOff size={40} aria-hidden />} title="There is no such page">
        <p><Link to="/">Go to the flags</Link></p>
      </Empty>
    </div>
  );
}
