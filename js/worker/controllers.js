// What handlers of events without a request get first.
//
// Owns their classes. It must not know who calls a handler.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, SymbolToStringTag, TypeError } = primordials;
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

let allowed = false;

class ScheduledController {
  #isOne = true;
  constructor(scheduledTime, cron) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    own(this, "scheduledTime", scheduledTime);
    own(this, "cron", cron);
  }
  // A trigger that failed is not tried again in any case.
  noRetry() {
    if (!(#isOne in this)) {
      throw illegalInvocation();
    }
  }
}
function own(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, enumerable: true, configurable: true, writable: true });
}
ObjectDefineProperty(ScheduledController.prototype, SymbolToStringTag, {
  __proto__: null, value: "ScheduledController", configurable: true,
});

function newScheduledController(scheduledTime, cron) {
  allowed = true;
  try {
    return new ScheduledController(scheduledTime, cron);
  } finally {
    allowed = false;
  }
}

class TestController {
  constructor() {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
  }
}
ObjectDefineProperty(TestController.prototype, SymbolToStringTag, { __proto__: null, value: "TestController", configurable: true });

function newTestController() {
  allowed = true;
  try {
    return new TestController();
  } finally {
    allowed = false;
  }
}

return { newScheduledController, newTestController };
})();
