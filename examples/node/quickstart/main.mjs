// The first lines with expt, as a program: node main.mjs URL KEY
import { createClient } from '@expt/node';

const [url, key] = process.argv.slice(2);
if (key === undefined) {
  console.error('usage: node main.mjs URL KEY');
  process.exit(2);
}

try {
  await shop(url, key);
} catch (error) {
  console.error(`quickstart: ${error.message}`);
  process.exit(1);
}

// [quickstart]
async function shop(url, key) {
  const client = createClient({ url, key }); // throws for wrong options only
  await client.ready(2000);
  const user = { targetingKey: 'user-42', country: 'CH', age: 31 };
  if (client.enabled('new-checkout', user)) showNewCheckout();
  const size = client.value('page-size', user, 20); // the type follows the default
  const variant = client.variant('checkout-test', user, 'control');
  show(size, variant);
  client.track('purchase', user, { value: 19.9 });
  await client.close(2000); // sends what is left, stops every timer
}
// [quickstart]

function showNewCheckout() {
  console.log('new-checkout: on');
}

function show(size, variant) {
  console.log(`page-size: ${size}\ncheckout-test: ${variant}`);
}
