/** A run's checkpoint as drivers stored it when LangGraph's own serializer made the bytes. */
const PROBLEM =
  '{"type":"https://docs.myspinbot.dev/problems/handler-unavailable","title":"The handler cannot run at the moment",' +
  '"status":503,"detail":"away","code":"handler-unavailable","class":"retryable"}';

export const EARLIER = {
  name: "|1f1ecacf-2735-6210-8007-1d03e521c9cc",
  hash: {
    body:
      'json|{"v":4,"id":"1f1ecacf-2735-6210-8007-1d03e521c9cc","ts":"2026-11-30T10:58:17.137Z","channel_versions":' +
      '{"__start__":"0000000002.i","input":"0000000002.i","branch:to:$route":"0000000009.i","branch:to:a":"0000000004.i",' +
      '"state:a":"0000000006.i","out:a":"0000000006.i","state:c":"0000000006.i","branch:to:b":"0000000008.i",' +
      '"state:b":"0000000008.i"},"versions_seen":{"__input__":{},"__start__":{"__start__":"0000000001.i"},' +
      '"$route":{"branch:to:$route":"0000000008.i"},"a":{"branch:to:a":"0000000003.i"},"__interrupt__":' +
      '{"input":"0000000002.i","state:a":"0000000006.i","out:a":"0000000006.i","state:c":"0000000006.i",' +
      '"__start__":"0000000002.i","branch:to:$route":"0000000006.i","branch:to:a":"0000000004.i"},' +
      '"b":{"branch:to:b":"0000000007.i"}},"present":["input","state:a","out:a","state:b","state:c"],' +
      '"loose":{"__pregel_tasks":[]}}',
    metadata: 'json|{"source":"loop","step":7,"parents":{}}',
  },
  heads: [
    ...["|input", "0000000002.i", "|state:a", "0000000006.i", "|out:a", "0000000006.i"],
    ...["|state:c", "0000000006.i", "|state:b", "0000000008.i"],
  ],
  blobs: [
    'json|{"text":"h\u00e9llo","list":[],"n":0.5}',
    'json|{"phase":"succeeded"}',
    'json|{"v":[null,{}]}',
    `json|{"phase":"held","problem":${PROBLEM}}`,
    'json|{"phase":"dispatched"}',
  ],
};
