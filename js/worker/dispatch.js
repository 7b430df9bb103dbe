// Delivery of events to a Worker's exports.
//
// Owns the classification of what the main module exports, the construction of entrypoints and objects, and the way of
// each kind of event to its handler and back. It must not know routing, gates or limits.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_actor_broken,
  op_alarm_end,
  op_event_fail,
  op_event_on_abort,
  op_event_value,
  op_respond,
} = core.ops;
const {
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
  ReflectApply,
  ReflectConstruct,
  SafeMap,
  SafeWeakMap,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { defineNodeGlobals, defineTimers } = core.loadExtScript("ext:denizen/node/globals.js");
const { newSignal, signalAbort } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { flatFromHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { toHost } = core.loadExtScript("ext:denizen/fetch/body.js");
const { requestFromHost } = core.loadExtScript("ext:denizen/fetch/request.js");
const { isResponse, responseState } = core.loadExtScript("ext:denizen/fetch/response.js");
const { newContext } = core.loadExtScript("ext:denizen/io/context.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");
const { newState, settled } = core.loadExtScript("ext:denizen/actor/state.js");
const { setAlarmCheck } = core.loadExtScript("ext:denizen/actor/storage.js");
const { newId, newNamespace } = core.loadExtScript("ext:denizen/actor/namespace.js");
const { newLoader } = core.loadExtScript("ext:denizen/loader/loader.js");
const { newScheduledController } = core.loadExtScript("ext:denizen/worker/controllers.js");
const { newClass, newServiceStub } = core.loadExtScript("ext:denizen/worker/exports.js");
const { DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint, setEnv, setExports } = core.loadExtScript("ext:denizen/worker/workers.js");

const HANDLER = 0;
const ENTRYPOINT = 1;
const ACTOR = 2;
const ACTOR_WITHOUT_RPC = 3;

const NO_RPC =
  'The receiving Durable Object does not support RPC, because its class was not declared with `extends DurableObject`. In order to enable RPC, make sure your class extends the special class `DurableObject`, which can be imported from the module "cloudflare:workers".';

// Export name -> { kind, value }.
const entries = new SafeMap();
// Incarnation -> instance.
const actors = new SafeMap();
// Handle -> instance, or the prototype that it will have: whether it handles alarms.
const prototypes = new SafeWeakMap();
setAlarmCheck((handle) => typeof prototypes.get(handle)?.alarm === "function");
let env;
// What `ctx.exports` is: one object, since it leads to nothing but the Worker itself.
const loopback = {};

function classify(value) {
  if (typeof value === "function") {
    for (let prototype = value.prototype; prototype !== null && prototype !== undefined; prototype = ObjectGetPrototypeOf(prototype)) {
      if (prototype === WorkerEntrypoint.prototype) {
        return ENTRYPOINT;
      }
      if (prototype === DurableObject.prototype) {
        return ACTOR;
      }
      if (prototype === WorkflowEntrypoint.prototype) {
        return undefined;
      }
    }
    return value.prototype === undefined ? undefined : ACTOR_WITHOUT_RPC;
  }
  return typeof value === "object" && value !== null ? HANDLER : undefined;
}

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
  setEnv(env);
  if (nodeGlobals) {
    defineNodeGlobals();
  }
  if (timerObjects) {
    defineTimers();
  }
}

function register(namespace) {
  const names = ArrayPrototypeSort(ObjectKeys(namespace));
  for (let i = 0; i < names.length; i++) {
    const value = namespace[names[i]];
    const kind = classify(value);
    if (kind !== undefined) {
      entries.set(names[i], { __proto__: null, kind, value });
      const exported = kind >= ACTOR ? newClass(names[i]) : newServiceStub(names[i]);
      ObjectDefineProperty(loopback, names[i], { __proto__: null, value: exported, enumerable: true, configurable: true, writable: true });
    }
  }
  setExports(loopback);
  return ObjectKeys(namespace);
}

function stateless(name) {
  const entry = entries.get(name ?? "default");
  if (entry === undefined || entry.kind >= ACTOR) {
    throw new Error(name === undefined || name === "default" ? "Worker has no default entrypoint." : `Worker has no such entrypoint: ${name}`);
  }
  return entry;
}

function receiver(entry, ctx) {
  return entry.kind === ENTRYPOINT ? ReflectConstruct(entry.value, [ctx, env]) : entry.value;
}

// The instance of an actor, made at its first event. A promise while its constructor blocks other events.
function instanceOf(actor) {
  const found = actors.get(actor.incarnation);
  if (found !== undefined) {
    return found;
  }
  const entry = actor.className === undefined ? undefined : entries.get(actor.className);
  if (entry === undefined || entry.kind < ACTOR) {
    const error = new Error(
      actor.className === undefined ? "Worker has no default actor class." : `Worker has no such actor class: ${actor.className}`,
    );
    op_actor_broken(actor.handle, errorParts(error));
    throw error;
  }
  const id = actor.idName === undefined && actor.idText !== undefined ? actor.idText : newId(actor.idHex, actor.idName);
  const state = newState(actor.handle, id, actor.props ?? {}, loopback);
  let instance;
  prototypes.set(actor.handle, entry.value.prototype);
  try {
    instance = ReflectConstruct(entry.value, [state, env]);
  } catch (error) {
    op_actor_broken(actor.handle, errorParts(error));
    throw error;
  }
  prototypes.set(actor.handle, instance);
  const made = { __proto__: null, instance, rpc: entry.kind === ACTOR };
  actors.set(actor.incarnation, made);
  const blocked = settled(state);
  return blocked === undefined ? made : PromisePrototypeThen(blocked, () => made);
}

function fail(event, error) {
  op_event_fail(event, errorParts(error));
}

// Calls `run` with the actor's instance, now or when its constructor has finished.
function withActor(actor, run) {
  const made = instanceOf(actor);
  return core.isPromise(made) ? PromisePrototypeThen(made, run) : run(made);
}

function respond(event, response) {
  if (!isResponse(response)) {
    throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'Response'.");
  }
  const state = responseState(response);
  if (state.type === "error") {
    throw new TypeError("Return value from serve handler must not be an error response (like Response.error()).");
  }
  op_respond(event, state.status, state.statusText, flatFromHeaders(state.headers), toHost(state.inner));
}

function finishFetch(event, result) {
  if (isResponse(result)) {
    respond(event, result);
    return;
  }
  if (typeof result !== "object" || result === null || typeof result.then !== "function") {
    throw new TypeError("Callback returned incorrect type; expected 'Promise'");
  }
  settle(event, result, (value) => respond(event, value));
}

function settle(event, promise, done) {
  PromisePrototypeThen(PromiseResolve(promise), (value) => {
    try {
      done(value);
    } catch (error) {
      fail(event, error);
    }
  }, (error) => fail(event, error));
}

function abortedSignal(event) {
  return () => {
    const signal = newSignal();
    op_event_on_abort(event, () => signal[signalAbort](new DOMException("The client has disconnected", "AbortError")));
    return signal;
  };
}

function fetchEvent(event, name, actor, props, args) {
  const request = requestFromHost(args[0], args[1], args[2], args[3], args[4], abortedSignal(event));
  if (actor !== undefined) {
    const result = withActor(actor, ({ instance }) => {
      if (typeof instance.fetch !== "function") {
        throw new Error("Handler does not export a fetch() function.");
      }
      return instance.fetch(request);
    });
    finishFetch(event, result);
    return;
  }
  const entry = stateless(name);
  const ctx = newContext(props ?? {}, loopback);
  const target = receiver(entry, ctx);
  if (typeof target.fetch !== "function") {
    throw new Error("Handler does not export a fetch() function.");
  }
  finishFetch(event, target.fetch(request, env, ctx));
}

// A method that the other side may call: on the prototypes between the instance and the base class.
function findMethod(instance, name) {
  for (let prototype = ObjectGetPrototypeOf(instance); prototype !== null; prototype = ObjectGetPrototypeOf(prototype)) {
    if (prototype === ObjectPrototype || prototype === WorkerEntrypoint.prototype || prototype === DurableObject.prototype || prototype === RpcTarget.prototype) {
      break;
    }
    if (ObjectHasOwn(prototype, name)) {
      // A member of the instance itself hides the method, and is no method.
      return ObjectHasOwn(instance, name) ? undefined : instance[name];
    }
  }
  return undefined;
}

function callMethod(instance, name, args) {
  const method = findMethod(instance, name);
  if (method === undefined) {
    throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
  }
  if (typeof method !== "function") {
    throw new TypeError(`"${name}" is not a function.`);
  }
  return ReflectApply(method, instance, args);
}

function callHandler(entry, name, args, ctx) {
  if (!ObjectHasOwn(entry.value, name)) {
    throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
  }
  const method = entry.value[name];
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
  const args = call[1];
  let result;
  if (actor !== undefined) {
    result = withActor(actor, ({ instance, rpc }) => {
      if (!rpc) {
        throw new TypeError(NO_RPC);
      }
      return callMethod(instance, method, args);
    });
  } else {
    const entry = stateless(name);
    const ctx = newContext(props ?? {}, loopback);
    result = entry.kind === ENTRYPOINT ? callMethod(receiver(entry, ctx), method, args) : callHandler(entry, method, args, ctx);
  }
  settle(event, result, (value) => op_event_value(event, value));
}

function testEvent(event, name, _actor, props) {
  const entry = stateless(name);
  const ctx = newContext(props ?? {}, loopback);
  const target = receiver(entry, ctx);
  if (typeof target.test !== "function") {
    throw new Error("Entrypoint does not export a test() function.");
  }
  settle(event, target.test({}, env, ctx), () => op_event_value(event, undefined));
}

class AlarmInvocationInfo {
  constructor(retryCount, scheduledTime) {
    this.isRetry = retryCount > 0;
    this.retryCount = retryCount;
    this.scheduledTime = scheduledTime;
  }
}
ObjectDefineProperty(AlarmInvocationInfo.prototype, SymbolToStringTag, {
  __proto__: null, value: "AlarmInvocationInfo", configurable: true,
});

function alarmEvent(event, _name, actor, _props, args) {
  const { handle } = actor;
  const result = withActor(actor, ({ instance }) => {
    if (typeof instance.alarm !== "function") {
      throw new Error("Handler does not export an alarm() function.");
    }
    return instance.alarm(new AlarmInvocationInfo(args[0], args[1]));
  });
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

const KINDS = [fetchEvent, rpcEvent, testEvent, alarmEvent, scheduledEvent];

function dispatch(event, kind, name, actor, props, args) {
  try {
    KINDS[kind](event, name, actor, props, args);
  } catch (error) {
    fail(event, error);
  }
}

function dropActor(incarnation) {
  actors.delete(incarnation);
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

return { dispatch, dropActor, listHandlers, prepare, register };
})();
