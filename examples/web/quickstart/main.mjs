// The first lines with expt, as a page. Bundled to main.js; config.json says {"url", "key"}.
import { createClient } from '@expt/web';

const output = document.querySelector('#output');
const print = (line) => (output.textContent += `${line}\n`);

try {
  await shop(await (await fetch('config.json')).json());
} catch (error) {
  print(`quickstart: ${error.message}`);
}

// [quickstart]
async function shop({ url, key }) {
  const context = { targetingKey: 'user-42', country: 'CH', age: 31 };
  const client = createClient({ url, key, context }); // one visitor per page; throws for wrong options only
  await client.ready(2000);
  if (client.enabled('new-checkout')) print('new-checkout: on');
  const size = client.value('page-size', 20); // the type follows the default
  const variant = client.variant('checkout-test', 'control');
  print(`page-size: ${size}\ncheckout-test: ${variant}`);
  client.track('purchase', { value: 19.9 });
  await client.close(2000); // a page that lives on keeps the client open instead
}
// [quickstart]

document.documentElement.dataset.done = '';
