// Delivery of events to a Worker's exports.
//
// Owns the classification of what the main module exports, the construction of entrypoints and objects, and the way of
// each kind of event to its handler and back. It must not know routing, gates or limits.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_actor_broken,
  op_alarm_end,
  op_console,
  op_event_fail,
  op_event_on_abort,
  op_event_value,
  op_respond,
  op_trace_skip,
} = core.ops;
const {
  ArrayIsArray,
  ArrayPrototypePush,
  ArrayPrototypeSort,
  Error,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ObjectKeys,
  ObjectPrototype,
  PromisePrototypeThen,
  PromiseResolve,
  Proxy,
  ReflectApply,
  ReflectConstruct,
  SafeMap,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { defineNodeGlobals, defineTimers } = core.loadExtScript("ext:denizen/node/globals.js");
const { newSignal, signalAbort } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { flatFromHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { outliveSignal, toHost } = core.loadExtScript("ext:denizen/fetch/body.js");
const { requestFromHost } = core.loadExtScript("ext:denizen/fetch/request.js");
const { encodingToSend, isResponse, responseState } = core.loadExtScript("ext:denizen/fetch/response.js");
const { holdingInto, leaveTop, newContext } = core.loadExtScript("ext:denizen/io/context.js");
const { nameObject, thrownParts } = core.loadExtScript("ext:denizen/rpc/errors.js");
const { newState } = core.loadExtScript("ext:denizen/actor/state.js");
const { setAlarmCheck } = core.loadExtScript("ext:denizen/actor/storage.js");
const { newId, newNamespace } = core.loadExtScript("ext:denizen/actor/namespace.js");
const { newLoader } = core.loadExtScript("ext:denizen/loader/loader.js");
const { ready } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { newScheduledController, newTestController } = core.loadExtScript("ext:denizen/worker/controllers.js");
const { newClass, newServiceStub } = core.loadExtScript("ext:denizen/worker/exports.js");
const { DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint, setEnv, setExports } = core.loadExtScript("ext:denizen/worker/workers.js");

const HANDLER = 0;
const ENTRYPOINT = 1;
// An entrypoint that is not in `ctx.exports`.
const WORKFLOW = 2;
const ACTOR = 3;
const ACTOR_WITHOUT_RPC = 4;

const NO_RPC =
  'The receiving Durable Object does not support RPC, because its class was not declared with `extends DurableObject`. In order to enable RPC, make sure your class extends the special class `DurableObject`, which can be imported from the module "cloudflare:workers".';

// Export name -> { kind, value }.
const entries = new SafeMap();
// Incarnation -> instance.
const actors = new SafeMap();
// Incarnation -> the prototype that its instance will have, while its constructor runs.
const prototypes = new SafeMap();
setAlarmCheck((incarnation) => typeof (actors.get(incarnation)?.instance ?? prototypes.get(incarnation))?.alarm === "function");
let env;
// What `ctx.exports` is: one object, since it leads to nothing but the Worker itself.
const loopback = {};

// By what a class inherits from as an object, not by what its instances do. One that inherits from none of ours is taken for that
// of an object, as classes were written at first.
function classify(value) {
  if (typeof value !== "function") {
    return HANDLER;
  }
  for (let Class = value; Class !== null; Class = ObjectGetPrototypeOf(Class)) {
    if (Class === WorkerEntrypoint) {
      return ENTRYPOINT;
    }
    if (Class === DurableObject) {
      return ACTOR;
    }
    if (Class === WorkflowEntrypoint) {
      return WORKFLOW;
    }
  }
  return ACTOR_WITHOUT_RPC;
}

// Whether the prototypes of a handler end as those of a plain object.
function endsInObject(value) {
  if (core.isProxy(value)) {
    // Handlers are not looked up before they are called; a proxy that has none fails now.
    for (let i = 0; i < HANDLERS.length; i++) {
      value[HANDLERS[i]];
    }
  }
  let last = value;
  for (let next = last; next !== null; next = ObjectGetPrototypeOf(last)) {
    last = next;
  }
  return last === ObjectPrototype || ArrayIsArray(value);
}
const HANDLERS = ["fetch", "tail", "trace", "tailStream", "scheduled", "alarm", "test"];

function makeEnv(spec) {
  if (spec.length === undefined) {
    return spec.value ?? {};
  }
  const made = {};
  for (let i = 0; i < spec.length; i += 3) {
    const value = spec[i + 2];
    const kind = spec[i + 1];
    made[spec[i]] = kind === "namespace" ? newNamespace(value) : kind === "loader" ? newLoader(value) : value;
  }
  return made;
}

// Before the main module runs: its top-level code may read `env`.
function prepare(spec, nodeGlobals, timerObjects) {
  env = makeEnv(spec);
  setEnv(changed.disallow_importable_env ? {} : env);
  if (nodeGlobals) {
    defineNodeGlobals();
  }
  if (timerObjects) {
    defineTimers();
  }
}

// Gives the names of the exports, or says why the Worker cannot start.
function register(namespace) {
  leaveTop();
  const names = ArrayPrototypeSort(ObjectKeys(namespace));
  for (let i = 0; i < names.length; i++) {
    const value = namespace[names[i]];
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      throw new TypeError(`Incorrect type for map entry '${names[i]}': the provided value is not of type 'function or ExportedHandler'.`);
    }
    const kind = classify(value);
    if (kind === HANDLER && !endsInObject(value)) {
      return "Exported value's prototype chain does not end in Object.";
    }
    entries.set(names[i], { __proto__: null, kind, value });
    if (kind !== WORKFLOW) {
      const exported = kind >= ACTOR ? newClass(names[i]) : newServiceStub(names[i]);
      ObjectDefineProperty(loopback, names[i], { __proto__: null, value: exported, enumerable: true, configurable: true, writable: true });
    }
  }
  if (!changed.disallow_importable_env) {
    setExports(loopback);
  }
  return ObjectKeys(namespace);
}

// What `stateless` threw last: no code of the Worker's is behind it.
let absence;

function stateless(name) {
  const entry = entries.get(name ?? "default");
  if (entry === undefined || entry.kind >= ACTOR) {
    op_trace_skip();
    absence = new Error(name === undefined || name === "default" ? "Worker has no default entrypoint." : `Worker has no such entrypoint: ${name}`);
    throw absence;
  }
  return entry;
}

function receiver(entry, ctx) {
  return entry.kind === HANDLER ? entry.value : ReflectConstruct(entry.value, [ctx, env]);
}

// What the host tells of an actor, by index; what comes after the first two, only to construct it.
const HANDLE = 0;
const INCARNATION = 1;
const ROOT_HEX = 2;
const CLASS_NAME = 3;
const ID_HEX = 4;
const ID_NAME = 5;
const ID_TEXT = 6;
const PROPS = 7;

// Makes the instance of an actor. Its events wait until this turn has ended, and for what blocks them.
function construct(actor) {
  const handle = actor[HANDLE];
  const incarnation = actor[INCARNATION];
  const className = actor[CLASS_NAME];
  const entry = className === undefined ? undefined : entries.get(className);
  if (entry === undefined || entry.kind < ACTOR) {
    const text = className === undefined ? "Worker has no default actor class." : `Worker has no such actor class: ${className}`;
    op_actor_broken(handle, thrownParts(new Error(text)), false);
    return;
  }
  try {
    const id = actor[ID_TEXT] ?? newId(actor[ID_HEX], actor[ID_NAME]);
    const state = newState(handle, id, actor[PROPS] ?? {}, loopback);
    prototypes.set(incarnation, entry.value.prototype);
    const instance = ReflectConstruct(entry.value, [state, env]);
    actors.set(incarnation, { __proto__: null, instance, object: actor[ROOT_HEX], rpc: entry.kind === ACTOR });
  } catch (error) {
    const reason = isConstructor(entry.value) ? error : new TypeError("function is not a constructor");
    op_actor_broken(handle, thrownParts(reason), true);
  } finally {
    prototypes.delete(incarnation);
  }
}

// The class itself is not called.
function isConstructor(Class) {
  try {
    ReflectConstruct(new Proxy(Class, { __proto__: null, construct: () => ({}) }), []);
    return true;
  } catch {
    return false;
  }
}

function fail(event, error) {
  const isRemote = error !== absence || absence === undefined;
  absence = undefined;
  op_event_fail(event, thrownParts(error), isRemote);
}

// `last` if the event's code ends with the answer, timers that would abort a request of it too: what it passes on goes on.
function respond(event, response, last) {
  if (!isResponse(response)) {
    throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'Response'.");
  }
  const state = responseState(response);
  if (state.type === "error") {
    throw new TypeError("Return value from serve handler must not be an error response (like Response.error())");
  }
  if (last && state.inner !== null) {
    outliveSignal(state.inner);
  }
  op_respond(event, state.status, state.statusText, flatFromHeaders(state.headers), toHost(state.inner, false, true, encodingToSend(state)));
}

function finishFetch(event, result, last) {
  if (isResponse(result)) {
    respond(event, result, last);
    return;
  }
  if (typeof result !== "object" || result === null || typeof result.then !== "function" || (changed.unwrap_custom_thenables && !core.isPromise(result))) {
    throw new TypeError("Callback returned incorrect type; expected 'Promise'");
  }
  settle(event, result, (value) => respond(event, value, last));
}

function settle(event, promise, done, onError = undefined) {
  PromisePrototypeThen(PromiseResolve(promise), (value) => {
    try {
      done(value);
    } catch (error) {
      fail(event, error);
    }
  }, (error) => {
    onError?.(error);
    fail(event, error);
  });
}

function abortedSignal(event) {
  return () => {
    const signal = newSignal();
    if (changed.enable_request_signal) {
      return signal;
    }
    op_event_on_abort(event, () => signal[signalAbort](new DOMException("The client has disconnected", "AbortError")));
    return signal;
  };
}

function fetchEvent(event, name, actor, props, args) {
  const request = requestFromHost(args[0], args[1], args[2], args[3], args[4], abortedSignal(event));
  if (actor !== undefined) {
    const { instance } = actors.get(actor[INCARNATION]);
    if (typeof instance.fetch !== "function") {
      throw new Error("Handler does not export a fetch() function.");
    }
    finishFetch(event, instance.fetch(request), false);
    return;
  }
  const entry = stateless(name);
  const ctx = newContext(props ?? {}, loopback);
  const target = receiver(entry, ctx);
  if (typeof target.fetch !== "function") {
    throw new Error("Handler does not export a fetch() function.");
  }
  finishFetch(event, target.fetch(request, env, ctx), true);
}

// A member that the other side may use: on the prototypes between the instance and the base class.
function findMember(instance, name) {
  for (let prototype = ObjectGetPrototypeOf(instance); prototype !== null; prototype = ObjectGetPrototypeOf(prototype)) {
    if (prototype === ObjectPrototype || prototype === WorkerEntrypoint.prototype || prototype === DurableObject.prototype || prototype === WorkflowEntrypoint.prototype || prototype === RpcTarget.prototype) {
      break;
    }
    if (ObjectHasOwn(prototype, name)) {
      // A member of the instance itself hides it, and is none.
      return ObjectHasOwn(instance, name) ? undefined : instance[name];
    }
  }
  return undefined;
}

function memberOf(instance, name, isCall) {
  const member = findMember(instance, name);
  if (member === undefined) {
    throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
  }
  if (isCall && typeof member !== "function") {
    throw new TypeError(`"${name}" is not a function.`);
  }
  return member;
}

function callHandler(entry, name, args, ctx) {
  if (!ObjectHasOwn(entry.value, name)) {
    throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
  }
  const method = entry.value[name];
  if (args === undefined) {
    return method;
  }
  if (typeof method !== "function") {
    throw new TypeError(`"${name}" is not a function.`);
  }
  if (args.length !== 1) {
    throw new TypeError(
      `Attempted to call RPC function "${name}" with the wrong number of arguments. When calling a top-level handler function that is not declared as part of a class, you must always send exactly one argument. In order to support variable numbers of arguments, the server must use class-based syntax (extending WorkerEntrypoint) instead.`,
    );
  }
  if (method.length > 3) {
    throw new TypeError(
      `Cannot call handler function "${name}" over RPC because it has the wrong number of arguments. A simple function handler can only be called over RPC if it has exactly the arguments (arg, env, ctx), where only the first argument comes from the client. To support multi-argument RPC functions, use class-based syntax (extending WorkerEntrypoint) instead.`,
    );
  }
  return ReflectApply(method, entry.value, [args[0], env, ctx]);
}

function rpcEvent(event, name, actor, props, call) {
  const method = call[0];
  // Absent where a property is read.
  const args = call[1];
  let result;
  let onError;
  if (actor !== undefined) {
    const { instance, object, rpc } = actors.get(actor[INCARNATION]);
    if (!rpc) {
      throw new TypeError(NO_RPC);
    }
    const found = memberOf(instance, method, args !== undefined);
    if (args === undefined) {
      result = found;
    } else {
      // Only what the method itself throws tells of the object.
      onError = (error) => nameObject(error, object);
      try {
        result = ReflectApply(found, instance, args);
      } catch (error) {
        onError(error);
        throw error;
      }
    }
  } else {
    const entry = stateless(name);
    const ctx = newContext(props ?? {}, loopback);
    if (entry.kind !== HANDLER) {
      const instance = receiver(entry, ctx);
      const found = memberOf(instance, method, args !== undefined);
      result = args === undefined ? found : ReflectApply(found, instance, args);
    } else {
      result = callHandler(entry, method, args, ctx);
    }
  }
  settle(event, result, (value) => op_event_value(event, value), (error) => onError?.(error));
}

function testEvent(event, name, _actor, props) {
  const entry = stateless(name);
  const ctx = newContext(props ?? {}, loopback);
  const target = receiver(entry, ctx);
  if (typeof target.test !== "function") {
    throw new Error("Entrypoint does not export a test() function.");
  }
  const held = [];
  const result = holdingInto(held, () => target.test(newTestController(), env, ctx));
  settle(event, withHeld(result, held), () => op_event_value(event, undefined));
}

// A test has failed, too, if what it gave to `waitUntil` fails.
async function withHeld(result, held) {
  await result;
  for (let i = 0; i < held.length; i++) {
    await held[i];
  }
}

class AlarmInvocationInfo {
  constructor(retryCount, scheduledTime) {
    this.scheduledTime = scheduledTime;
    this.retryCount = retryCount;
    this.isRetry = retryCount > 0;
  }
}
ObjectDefineProperty(AlarmInvocationInfo.prototype, SymbolToStringTag, {
  __proto__: null, value: "AlarmInvocationInfo", configurable: true,
});

const NO_ALARM =
  "Attempted to run a scheduled alarm without a handler, did you remember to export an alarm() function?";

function alarmEvent(event, _name, actor, _props, args) {
  const handle = actor[HANDLE];
  let result;
  try {
    const { instance } = actors.get(actor[INCARNATION]);
    if (typeof instance.alarm !== "function") {
      // The class had one when the alarm was set.
      op_console("warn", NO_ALARM);
      op_alarm_end(handle, true);
      return op_event_value(event, undefined);
    }
    result = instance.alarm(new AlarmInvocationInfo(args[0], args[1]));
  } catch (error) {
    op_alarm_end(handle, false);
    throw error;
  }
  PromisePrototypeThen(PromiseResolve(result), () => {
    try {
      // In the handler's last turn, so that what it wrote and the end of its alarm are one.
      op_alarm_end(handle, true);
      op_event_value(event, undefined);
    } catch (error) {
      fail(event, error);
    }
  }, (error) => {
    try {
      op_alarm_end(handle, false);
    } finally {
      fail(event, error);
    }
  });
}

function scheduledEvent(event, name, _actor, props, args) {
  const entry = stateless(name);
  const ctx = newContext(props ?? {}, loopback);
  const target = receiver(entry, ctx);
  if (typeof target.scheduled !== "function") {
    throw new Error("Handler does not export a scheduled() function");
  }
  settle(event, target.scheduled(newScheduledController(args[1], args[0]), env, ctx), () => op_event_value(event, undefined));
}

// Ours: the alarm of a facet is due whose class nobody knows before the object has asked for the facet.
function facetAlarmEvent(event, _name, actor, _props, args) {
  const { instance } = actors.get(actor[INCARNATION]);
  const result = typeof instance.facetAlarm === "function"
    ? instance.facetAlarm(args[2], new AlarmInvocationInfo(args[0], args[1]))
    : undefined;
  settle(event, result, (value) => {
    // A facet's stub that is given back starts its facet, without a call.
    ready(value);
    op_event_value(event, undefined);
  });
}

function tailEvent(event, name, _actor, props, args) {
  const entry = stateless(name);
  const ctx = newContext(props ?? {}, loopback);
  const target = receiver(entry, ctx);
  if (typeof target.tail !== "function") {
    throw new Error("Handler does not export a tail() function.");
  }
  const { traceItems } = core.loadExtScript("ext:denizen/worker/tail.js");
  settle(event, target.tail(traceItems(args), env, ctx), () => op_event_value(event, undefined));
}

const KINDS = [fetchEvent, rpcEvent, testEvent, alarmEvent, facetAlarmEvent, scheduledEvent, tailEvent];

function dispatch(event, kind, name, actor, props, args) {
  try {
    KINDS[kind](event, name, actor, props, args);
  } catch (error) {
    fail(event, error);
  }
}

function dropActor(incarnation) {
  actors.delete(incarnation);
  prototypes.delete(incarnation);
}

// Names of the entrypoints that have a handler called `handler`; of the Durable Object classes if it is empty.
function listHandlers(handler) {
  const names = [];
  if (handler === "") {
    entries.forEach((entry, name) => {
      if (entry.kind === ACTOR) {
        ArrayPrototypePush(names, name);
      }
    });
    return names;
  }
  const add = (name) => {
    const entry = entries.get(name);
    const holder = entry?.kind === HANDLER ? entry.value : entry?.kind === ENTRYPOINT ? entry.value.prototype : undefined;
    if (typeof holder?.[handler] === "function") {
      ArrayPrototypePush(names, name);
    }
  };
  add("default");
  const sorted = [];
  entries.forEach((_entry, name) => {
    if (name !== "default") {
      ArrayPrototypePush(sorted, name);
    }
  });
  ArrayPrototypeSort(sorted);
  for (let i = 0; i < sorted.length; i++) {
    add(sorted[i]);
  }
  return names;
}

return { construct, dispatch, dropActor, listHandlers, prepare, register };
})();
