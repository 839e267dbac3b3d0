// One end of a replication of hypercore for benchmarks, over a socket on 127.0.0.1 and into storage on disk.
//
// node hypercore.cjs MODULE give FOLDER BLOCKS BYTES     fills a core, prints its port and key, serves until it is ended
// node hypercore.cjs MODULE take FOLDER PORT KEY BLOCKS  takes all blocks, prints the CPU-seconds that took
const net = require("net");
const { join } = require("path");

const [module_, how, folder, ...rest] = process.argv.slice(2);
const Hypercore = require(module_);

async function give(blocks, bytes) {
  const core = new Hypercore(join(folder, "give"));
  await core.ready();
  for (let first = 0; first < blocks; first += 1000) {
    const batch = [];
    for (let number = first; number < Math.min(first + 1000, blocks); number++) {
      batch.push(Buffer.alloc(bytes, `block ${number} of what she says of her sister in Lisbon, `));
    }
    await core.append(batch);
  }
  const server = net.createServer((socket) => {
    const stream = core.replicate(false);
    socket.on("error", () => {});
    stream.on("error", () => {});
    socket.pipe(stream).pipe(socket);
  });
  server.listen(0, "127.0.0.1", () => console.log(`${server.address().port} ${core.key.toString("hex")}`));
}

async function take(port, key, blocks) {
  const core = new Hypercore(join(folder, "take"), Buffer.from(key, "hex"));
  await core.ready();
  const begun = process.cpuUsage();
  const socket = net.connect(port, "127.0.0.1");
  const stream = core.replicate(true);
  socket.pipe(stream).pipe(socket);
  await core.update({ wait: true });
  await core.download({ start: 0, end: blocks }).done();
  const used = process.cpuUsage(begun);
  if (core.contiguousLength < blocks) throw new Error(`${core.contiguousLength} blocks of ${blocks}`);
  console.log((used.user + used.system) / 1e6);
  process.exit(0);
}

if (how === "give") give(Number(rest[0]), Number(rest[1]));
else take(Number(rest[0]), rest[1], Number(rest[2]));
